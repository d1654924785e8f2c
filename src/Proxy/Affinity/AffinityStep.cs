using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Affinity;

/// <summary>Asks for the instance that answered this client before, and tells the client when it was another.</summary>
internal sealed class AffinityStep(AffinityConfig config, IReadOnlyList<string> services, InstanceTokens tokens)
{
    private const int LongestToken = 64;

    /// <summary>Puts it around what answers.</summary>
    public RouteHandler Around(RouteHandler next) => (context, match) =>
    {
        var token = TokenOf(context.Request);

        // Who answers is known only when the answer begins.
        context.Response.OnStarting(Remember, new Visit(this, context, match));
        if (token is null)
        {
            return next(context, match);
        }

        var finding = tokens.FindAsync(services, token, context.RequestAborted);
        if (!finding.IsCompletedSuccessfully)
        {
            return FindAsync(finding, context, match, next);
        }

        match.Prefer = finding.Result;
        return next(context, match);
    };

    private static async Task FindAsync(ValueTask<string?> finding, HttpContext context, RouteMatch match, RouteHandler next)
    {
        match.Prefer = await finding;
        await next(context, match);
    }

    private static Task Remember(object state)
    {
        var (step, context, match) = (Visit)state;
        if (match.ServedBy is { } instance && instance != match.Prefer)
        {
            step.Write(context, InstanceTokens.Of(match.Service ?? step.Service, instance));
        }

        return Task.CompletedTask;
    }

    private string Service => services[0];

    private string? TokenOf(HttpRequest request)
    {
        var token = config.Header is { } header ? request.Headers[header].ToString() : request.Cookies[config.Cookie];
        return token is { Length: > 0 and <= LongestToken } ? token : null;
    }

    private void Write(HttpContext context, string token)
    {
        if (config.Header is { } header)
        {
            context.Response.Headers[header] = token;
            return;
        }

        context.Response.Cookies.Append(config.Cookie, token, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = config.Secure || context.Request.IsHttps,
            MaxAge = config.MaxAge,
            Path = "/",
            IsEssential = true,
        });
    }

    private sealed record Visit(AffinityStep Step, HttpContext Context, RouteMatch Match);
}
