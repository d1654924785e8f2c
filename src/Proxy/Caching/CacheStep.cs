using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Core.Problems;
using Portolan.Proxy.Caching.Freshness;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Caching;

/// <summary>Answers GET and HEAD from the store where that may be, and stores what comes from behind it.</summary>
internal sealed class CacheStep(RouteCache cache, RouteHandler next)
{
    // How often a request waits for others, each of which may turn out to be for another variant, before it asks itself.
    private const int MostWaits = 3;

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var request = context.Request;
        var isHead = request.Method == HttpMethods.Head;
        if ((!isHead && request.Method != HttpMethods.Get) || request.Headers.Upgrade.Count > 0 || WebSocketRequest.IsExtendedConnect(context))
        {
            return next(context, match);
        }

        var asked = cache.Config.IgnoreClients ? CacheControl.None : ControlOf(request.Headers);
        if (MustPass(context) || asked.NoStore)
        {
            return PassAsync(context, match, "portolan; fwd=bypass");
        }

        var key = CacheKey.Of(request, match.Path);
        var entry = cache.Store.Find(key, cache.Partition, request.Headers, out var known);
        if (entry is { IsMark: false })
        {
            var age = entry.Age;
            var usage = CacheUse.Of(entry, age, asked);
            if (usage != Usage.Validate)
            {
                if (usage == Usage.GiveAndRefresh)
                {
                    BackgroundFetch.Start(cache, next, context, match, key, entry);
                }

                CacheMetrics.Hit(cache.Partition.Route);
                return HitAnswer.WriteAsync(cache, context, entry, age);
            }
        }

        if (asked.OnlyIfCached)
        {
            return NotCached().ExecuteAsync(context);
        }

        CacheMetrics.Miss(cache.Partition.Route);
        return isHead
            ? PassAsync(context, match, "portolan; fwd=method")
            : MissAsync(context, match, key, entry, known, asked);
    }

    // RFC 9111, 5.4: the older way to say it counts where the newer is not used.
    private static CacheControl ControlOf(IHeaderDictionary headers)
    {
        var lines = headers.CacheControl;
        if (lines.Count > 0)
        {
            return CacheControl.Parse(lines);
        }

        var pragma = headers.Pragma;
        return pragma.Count > 0 ? CacheControl.Parse(pragma) : CacheControl.None;
    }

    // A part of an answer; an answer to what no key holds (a body, another method than the one that is written); a condition
    // that only the service can judge.
    private static bool MustPass(HttpContext context)
    {
        var headers = context.Request.Headers;
        return headers.Range.Count > 0
            || context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            || headers.IfMatch.Count > 0
            || headers.IfUnmodifiedSince.Count > 0
            || headers.ContainsKey("X-HTTP-Method-Override")
            || headers.ContainsKey("X-HTTP-Method")
            || headers.ContainsKey("X-Method-Override");
    }

    private static Problem NotCached() =>
        new("not-cached", "Not cached", StatusCodes.Status504GatewayTimeout, "Only a stored answer was asked for (only-if-cached), and there is none.");

    private Task PassAsync(HttpContext context, RouteMatch match, string told)
    {
        context.Response.OnStarting(
            static state =>
            {
                var (context, told) = ((HttpContext, string))state;
                context.Response.Headers.Append("Cache-Status", told);
                return Task.CompletedTask;
            },
            (context, told));
        return next(context, match);
    }

    private async Task MissAsync(HttpContext context, RouteMatch match, CacheKey key, CacheEntry? entry, bool known, CacheControl asked)
    {
        var mayWait = asked is { NoCache: false, MaxAge: null, MinFresh: null } && !(entry is { IsMark: true } && entry.Age < entry.Life.Lifetime);
        Flight? flight = null;
        try
        {
            for (var waits = 0; mayWait && waits < MostWaits; waits++)
            {
                var isFirst = cache.Flights.TryLead(new FlightKey(key, cache.Partition, cache.Store.SignatureOf(key, cache.Partition, context.Request.Headers)), out var found);
                flight = isFirst ? found : null;
                var end = isFirst ? FlightEnd.Abandoned : await WaitAsync(found, context);

                // Also before flying: the one before may have landed since we looked.
                entry = cache.Store.Find(key, cache.Partition, context.Request.Headers, out known);
                if (entry is { IsMark: false } && MayGive(entry, end))
                {
                    await HitAnswer.WriteAsync(cache, context, entry, entry.Age, isFirst ? null : "portolan; fwd=miss; collapsed");
                    return;
                }

                mayWait = !isFirst && end != FlightEnd.Unusable;
            }

            await FetchAsync(context, match, key, entry is { IsMark: true } ? null : entry, flight, entry is { IsMark: false } ? asked.NoCache || asked.MaxAge is not null ? "request" : "stale" : known ? "vary-miss" : "uri-miss");
        }
        finally
        {
            flight?.End(FlightEnd.Abandoned);
        }
    }

    private static bool MayGive(CacheEntry entry, FlightEnd end) =>
        entry.Age < entry.Life.Lifetime || (end == FlightEnd.Failed && CacheUse.MayStandIn(entry));

    private async Task<FlightEnd> WaitAsync(Flight flight, HttpContext context)
    {
        try
        {
            return await flight.WaitAsync(cache.Config.CollapseTimeout, cache.Clock, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            return FlightEnd.Unusable;
        }
    }

    private async Task FetchAsync(HttpContext context, RouteMatch match, CacheKey key, CacheEntry? entry, Flight? flight, string why)
    {
        var fill = new CacheFill(cache, context, key, entry, flight, why);
        await fill.RunAsync(next, match);
        switch (fill.End)
        {
            case FillEnd.NotModified when !Revalidation.IsOf(entry!, fill):
                cache.Store.Remove(entry!);
                await FetchAsync(context, match, key, null, flight, "stale");
                break;
            case FillEnd.NotModified:
                var held = Revalidation.Renew(cache, context, key, entry!, fill);
                flight?.End(held.Age < held.Life.Lifetime ? FlightEnd.Stored : FlightEnd.Unusable);
                await HitAnswer.WriteAsync(cache, context, held, held.Age, "portolan; fwd=stale; fwd-status=304; stored");
                break;
            case FillEnd.Failed:
                await HitAnswer.WriteAsync(cache, context, entry!, entry!.Age, $"portolan; fwd=stale; fwd-status={fill.Status}");
                break;
        }
    }
}
