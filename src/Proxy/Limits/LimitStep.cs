using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Portolan.Core.Problems;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Limits;

/// <summary>Refuses what is too large before anybody reads it; what has no declared length is counted on its way.</summary>
internal sealed class LimitStep(RouteHandler next, RouteLimitsConfig? route, LimitsConfig gateway)
{
    private readonly long body = route?.Body ?? gateway.Body;
    private readonly bool hasHeaderLimits = route is { Headers: not null } or { HeaderCount: not null };
    private readonly MinDataRate? rate = route?.BodyRate is { } bytes ? ServerLimits.Rate(bytes, gateway) : null;

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        if (context.Request.ContentLength > body)
        {
            return ClientBody.TooLarge(body).Problem.ExecuteAsync(context);
        }

        if (route is not null)
        {
            if (Refuse(context.Request, match) is { } problem)
            {
                return problem.ExecuteAsync(context);
            }

            if (route.BodyRate is not null)
            {
                SetRate(context);
            }
        }

        return next(context, match);
    }

    /// <summary>414.</summary>
    public static Problem UriTooLong(int most) => new("uri-too-long", "URI too long", StatusCodes.Status414UriTooLong, $"Path and query are longer than the {most} bytes that are taken.");

    private Problem? Refuse(HttpRequest request, RouteMatch match)
    {
        if (match.Path.Raw.Length + match.Path.Query.Length > route!.Uri)
        {
            return UriTooLong(route.Uri.Value);
        }

        if (!hasHeaderLimits)
        {
            return null;
        }

        var (bytes, count) = (0L, 0);
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
            {
                // As they stand in a message: with a colon, a space and the end of the line.
                bytes += name.Length + (value?.Length ?? 0) + 4;
                count++;
            }
        }

        return bytes > route.Headers || count > route.HeaderCount
            ? new Problem("headers-too-large", "Headers too large", StatusCodes.Status431RequestHeaderFieldsTooLarge, $"The request has {count} headers of {bytes} bytes; this address takes fewer.")
            : null;
    }

    private void SetRate(HttpContext context)
    {
        // HTTP/2 takes no other rate than none, and a null that came with the content type stays.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } feature && (rate is null || !HttpProtocol.IsHttp2(context.Request.Protocol)))
        {
            feature.MinDataRate = rate;
        }
    }
}
