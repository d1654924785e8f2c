using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Correlation;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Caching;

/// <summary>Fetches again what was given stale, for nobody: the client has its answer.</summary>
internal static class BackgroundFetch
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Starts it, unless somebody fetches the same already.</summary>
    public static void Start(RouteCache cache, RouteHandler next, HttpContext context, RouteMatch match, CacheKey key, CacheEntry entry)
    {
        var flying = new FlightKey(key, cache.Partition, entry.Vary.SignatureOf(context.Request.Headers));
        if (!cache.Flights.TryLead(flying, out var flight))
        {
            return;
        }

        // All of the request that is needed, now: it is over before the fetch is.
        var copy = Copy(context);
        var way = new RouteMatch(match.Route, match.Path, match.Values) { Service = match.Service, Query = match.Query, Prefer = match.Prefer, Subset = match.Subset, Version = match.Version, Sent = match.Sent };

        // The client's deadline and ids are its own.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => RunAsync(cache, next, copy, way, key, entry, flight), CancellationToken.None);
        }
    }

    private static async Task RunAsync(
        RouteCache cache, RouteHandler next, HttpContext context, RouteMatch match, CacheKey key, CacheEntry entry, Flight flight)
    {
        CorrelationContext.Current = CorrelationContext.Start(cache.Clock, null, null);
        using var time = new CancellationTokenSource(Longest, cache.Clock);
        context.Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = time.Token });
        try
        {
            var fill = new CacheFill(cache, context, key, entry, flight, "stale");
            await fill.RunAsync(next, match);
            if (fill.End == FillEnd.NotModified && Revalidation.IsOf(entry, fill))
            {
                Revalidation.Renew(cache, context, key, entry, fill);
                flight.End(FlightEnd.Stored);
            }
        }
        catch (Exception)
        {
            // Whoever asks next, asks the service, and hears of it what is wrong.
        }
        finally
        {
            flight.End(FlightEnd.Failed);
        }
    }

    private static DefaultHttpContext Copy(HttpContext context)
    {
        var from = context.Request;
        var headers = new HeaderDictionary();
        foreach (var header in from.Headers)
        {
            headers.Append(header.Key, header.Value);
        }

        headers.Remove("Cache-Control");
        headers.Remove("Pragma");
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = HttpMethods.Get,
            Scheme = from.Scheme,
            PathBase = from.PathBase,
            Path = from.Path,
            QueryString = from.QueryString.Value ?? "",
            Protocol = from.Protocol,
            RawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            Headers = headers,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestBodyDetectionFeature>(new NoBody());
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = context.Connection.Id,
            RemoteIpAddress = context.Connection.RemoteIpAddress,
            RemotePort = context.Connection.RemotePort,
            LocalIpAddress = context.Connection.LocalIpAddress,
            LocalPort = context.Connection.LocalPort,
        });
        return new DefaultHttpContext(features) { ServiceScopeFactory = context.RequestServices.GetRequiredService<IServiceScopeFactory>() };
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
