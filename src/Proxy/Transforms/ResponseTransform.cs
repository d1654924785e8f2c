using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Transforms;

/// <summary>Changes the answers of a route.</summary>
internal sealed class ResponseTransform(ResponseTransformConfig config, TimeSpan patience, TimeProvider clock, ILogger logger)
{
    private readonly HeaderTransform? headers = HeaderTransform.Of(config.Headers);
    private readonly FrozenDictionary<int, int> statuses = config.Status.ToFrozenDictionary(change => change.From, change => change.To);

    /// <summary>Ends the answer of a client that takes nothing of it for too long.</summary>
    public ITimer Watch(HttpContext context) => ClientWrites.Watch(context, patience, clock);

    public JsonTransform? Json { get; } = JsonTransform.Of(config.Json);

    /// <summary>Puts it around what answers.</summary>
    public RouteHandler Around(RouteHandler next) => (context, match) =>
    {
        if (Json is not null)
        {
            // Only a whole answer, and one that is not compressed, can be changed.
            var wanted = context.Request.Headers;
            wanted.Remove("Accept-Encoding");
            wanted.Remove("Range");
            wanted.Remove("If-Range");
        }

        return new TransformTap(context, match, this, logger).RunAsync(next, match);
    };

    public void ChangeHead(HttpResponse response, RouteMatch match)
    {
        if (statuses.TryGetValue(response.StatusCode, out var other))
        {
            response.StatusCode = other;
        }

        headers?.Apply(response.Headers, match);
    }
}
