using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Problems;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Cors;

/// <summary>Answers what browsers ask before they let a page use a route, and tells them on every answer who may read it.</summary>
internal sealed class CorsStep(CorsConfig config)
{
    private const string AllowOrigin = "Access-Control-Allow-Origin";
    private const string AllowCredentials = "Access-Control-Allow-Credentials";
    private const string RequestMethod = "Access-Control-Request-Method";
    private const string RequestedHeaders = "Access-Control-Request-Headers";
    private const int LongestHeaderList = 1024;

    // What a service says of itself: the gateway's word is the only one, or a browser would see two.
    private static readonly string[] Services =
    [
        AllowOrigin, AllowCredentials, "Access-Control-Expose-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
    ];

    private readonly bool all = config.Origins.Contains("*");
    private readonly OriginPattern[] origins = [.. config.Origins.Select(OriginPattern.TryParse).OfType<OriginPattern>()];
    private readonly string? methods = config.Methods.Count == 0 ? null : string.Join(", ", config.Methods);
    private readonly string? headers = config.Headers.Count == 0 ? null : string.Join(", ", config.Headers);
    private readonly string? exposed = config.Exposed.Count == 0 ? null : string.Join(", ", config.Exposed);
    private readonly string maxAge = ((long)config.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>The method that a browser asks about, or null when it does not ask.</summary>
    public static string? Asked(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count == 1 && request.Headers[RequestMethod] is [{ Length: > 0 } method] ? method : null;

    /// <summary>Puts it around what answers.</summary>
    public RouteHandler Around(RouteHandler next) => (context, match) =>
    {
        // When the answer begins: services set headers of these names, and an error clears them.
        context.Response.OnStarting(Write, (context, this));
        return WebSocketRequest.IsAskedFor(context) && !MaySpeak(context.Request) ? Refusal().ExecuteAsync(context) : next(context, match);
    };

    /// <summary>Answers in the service's place: it need not know of browsers.</summary>
    public Task AnswerAsync(HttpContext context, RouteMatch match)
    {
        var answer = context.Response.Headers;
        answer.Vary = StringValues.Concat(answer.Vary, $"Origin, {RequestMethod}, {RequestedHeaders}");
        var asked = context.Request.Headers;
        if (Allowed(asked.Origin) is not { } origin)
        {
            return Refusal().ExecuteAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        WriteOrigin(answer, origin);
        answer["Access-Control-Allow-Methods"] = methods ?? asked[RequestMethod];
        if ((headers ?? Listed(asked[RequestedHeaders])) is { } allowed)
        {
            answer["Access-Control-Allow-Headers"] = allowed;
        }

        answer["Access-Control-Max-Age"] = maxAge;
        return Task.CompletedTask;
    }

    private static Problem Refusal() =>
        new("origin-not-allowed", "Origin not allowed", 403, "Pages of this origin may not use this address.");

    // No browser keeps a WebSocket from a page of another origin, nor its cookies from the WebSocket: here nobody else guards.
    private bool MaySpeak(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        return origin.Count == 0 || Allowed(origin) is not null || IsOwn(request, origin.ToString());
    }

    // Of the very address that is asked. Who stands in front may have taken the TLS off.
    private static bool IsOwn(HttpRequest request, string origin)
    {
        var end = origin.IndexOf("://", StringComparison.Ordinal);
        return end > 0
            && origin.AsSpan(end + 3).Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
            && (origin.StartsWith("https:", StringComparison.Ordinal) || (origin.StartsWith("http:", StringComparison.Ordinal) && !request.IsHttps));
    }

    private static Task Write(object state)
    {
        var (context, step) = ((HttpContext, CorsStep))state;
        var answer = context.Response.Headers;
        foreach (var name in Services)
        {
            answer.Remove(name);
        }

        if (!step.all)
        {
            AddVary(answer);
        }

        if (step.Allowed(context.Request.Headers.Origin) is { } origin)
        {
            step.WriteOrigin(answer, origin);
            if (step.exposed is not null)
            {
                answer["Access-Control-Expose-Headers"] = step.exposed;
            }
        }

        return Task.CompletedTask;
    }

    // Also for who sends no origin: a cache in between must not give one page what was said to another.
    private static void AddVary(IHeaderDictionary answer)
    {
        foreach (var line in answer.Vary)
        {
            foreach (var name in new StringTokenizer(line ?? "", [',']))
            {
                if (name.Trim() is var trimmed && (trimmed.Equals("Origin", StringComparison.OrdinalIgnoreCase) || trimmed == "*"))
                {
                    return;
                }
            }
        }

        answer.Vary = StringValues.Concat(answer.Vary, "Origin");
    }

    // Only names: what a browser asks for stands in the answer.
    private static string? Listed(StringValues asked)
    {
        var list = asked.ToString();
        return list.Length is > 0 and <= LongestHeaderList && list.Split(',').All(name => HttpText.IsToken(name.Trim())) ? list : null;
    }

    private void WriteOrigin(IHeaderDictionary answer, string origin)
    {
        answer[AllowOrigin] = origin;
        if (config.Credentials)
        {
            answer[AllowCredentials] = "true";
        }
    }

    private string? Allowed(StringValues origin)
    {
        if (origin.Count != 1 || origin[0] is not { Length: > 0 } one)
        {
            return null;
        }

        return all ? "*" : Array.Exists(origins, pattern => pattern.Matches(one)) ? one : null;
    }
}
