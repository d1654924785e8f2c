using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Traffic;

/// <summary>Puts a header on an answer when it starts: the service's own head, which is copied before, would replace it.</summary>
internal static class AnswerHeaders
{
    public static void Append(HttpContext context, string name, string value) =>
        context.Response.OnStarting(Append, new Added(context.Response, name, value, Replaces: false));

    public static void Set(HttpContext context, string name, string value) =>
        context.Response.OnStarting(Append, new Added(context.Response, name, value, Replaces: true));

    private static Task Append(object state)
    {
        var (response, name, value, replaces) = (Added)state;
        if (replaces)
        {
            response.Headers[name] = value;
        }
        else
        {
            response.Headers.Append(name, value);
        }

        return Task.CompletedTask;
    }

    private sealed record Added(HttpResponse Response, string Name, string Value, bool Replaces);
}
