using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;

namespace Portolan.Proxy.Operator;

/// <summary>The cache for operators, under <c>/portolan/cache</c>.</summary>
internal static partial class CacheEndpoints
{
    private static readonly string[] Selectors = ["path", "route", "tag", "all"];

    /// <summary>Maps what is stored, and the purge.</summary>
    public static void MapCache(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/cache", LoopbackGuard.Protect(ShowAsync));
        endpoints.MapDelete("/portolan/cache", LoopbackGuard.Protect(PurgeAsync));
    }

    private static Task ShowAsync(HttpContext context)
    {
        var store = Store(context);
        var routes = store.Weigh();
        return JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteNumber("bytes", store.Bytes);
            writer.WriteNumber("limit", store.Limit);
            writer.WriteNumber("entries", routes.Sum(route => route.Entries));
            writer.WriteNumber("waiting", context.RequestServices.GetRequiredService<Flights>().Waiting);
            writer.WriteStartArray("routes");
            foreach (var (route, entries, bytes) in routes)
            {
                writer.WriteStartObject();
                writer.WriteString("route", route);
                writer.WriteNumber("entries", entries);
                writer.WriteNumber("bytes", bytes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    // Everything goes only when that is said: a selector with a typing mistake must not empty the cache.
    private static async Task PurgeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var unknown = query.Keys.FirstOrDefault(key => !Selectors.Contains(key));
        if (unknown is not null || query.Count == 0 || (query["all"].Count > 0 && (query.Count > 1 || query["all"] != "true")))
        {
            await KnownProblems.Invalid(new Dictionary<string, string[]>
            {
                [unknown ?? "query"] = ["Say what to purge: path=/api/products/*, route=…, tag=…, together or alone, or all=true."],
            }).ExecuteAsync(context);
            return;
        }

        var selection = new PurgeSelection(query["path"], query["route"], query["tag"]);
        var removed = Store(context).Remove(selection.Takes);
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(CacheEndpoints).FullName!);
        Log.Purged(logger, removed, selection.ToString(), context.Connection.RemoteIpAddress?.ToString());
        await JsonAnswer.WriteAsync(context, writer => writer.WriteNumber("removed", removed));
    }

    private static CacheStore Store(HttpContext context) => context.RequestServices.GetRequiredService<CacheStore>();

    private static partial class Log
    {
        [LoggerMessage(EventName = "CachePurged", Level = LogLevel.Information, Message = "Operator at {Address} purged {Count} stored answers: {Selection}")]
        public static partial void Purged(ILogger logger, int count, string selection, string? address);
    }
}
