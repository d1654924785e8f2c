using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Caching.Freshness;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>What became of a request that went to the service.</summary>
internal enum FillEnd
{
    /// <summary>The client has the service's answer.</summary>
    Answered,

    /// <summary>The stored answer still holds; the client has got nothing yet.</summary>
    NotModified,

    /// <summary>The service failed, and the stored answer may stand in; the client has got nothing yet.</summary>
    Failed,
}

/// <summary>One request on its way to the service, whose answer goes to the client as it comes and, where it may, into the store.</summary>
internal sealed class CacheFill(RouteCache cache, HttpContext context, CacheKey key, CacheEntry? stale, Flight? flight, string why)
{
    private static readonly EntryLife MarkLife = new(TimeSpan.FromSeconds(10), TimeSpan.Zero, true, TimeSpan.Zero, TimeSpan.Zero);

    private readonly long began = cache.Clock.GetTimestamp();
    private readonly long stamp = cache.Store.StampOf(key);
    private readonly KeyValuePair<string, StringValues>[] before = [.. context.Response.Headers];
    private StringValues noneMatch;
    private StringValues modifiedSince;
    private CaptureBuffer? capture;
    private bool isComplete;
    private EntryLife? life;
    private VaryKey? vary;
    private long? length;
    private int status;

    /// <summary>True when what comes from inside is for the client.</summary>
    public bool Sends { get; private set; } = true;

    /// <summary>True when the client said what it has already.</summary>
    public bool IsConditional => noneMatch.Count > 0 || modifiedSince.Count > 0;

    /// <summary>True when the client has already what the service gave.</summary>
    public bool IsNotModified { get; private set; }

    /// <summary>True while what comes is taken down, and when it was to its end.</summary>
    public bool Stores => capture is not null || isComplete;

    /// <summary>True when others may wait for what this brings.</summary>
    public bool Leads => flight is not null && capture is not null;

    /// <summary>True when others do.</summary>
    public bool IsWaitedFor => Leads && flight!.HasWaiting;

    public FillEnd End { get; private set; }

    /// <summary>What the service said, where the client has not got it.</summary>
    public int Status => status;

    /// <summary>The head of the answer as the cache keeps it.</summary>
    public KeyValuePair<string, StringValues>[] Headers { get; private set; } = [];

    /// <summary>The answer's own <c>Age</c>, where the client has not got it.</summary>
    public StringValues Age { get; private set; }

    /// <summary>How long the service took.</summary>
    public TimeSpan Took => cache.Clock.GetElapsedTime(began);

    /// <summary>Of the address, from before the service was asked.</summary>
    public long Stamp => stamp;

    /// <summary>Sends the request on.</summary>
    public async Task RunAsync(RouteHandler next, RouteMatch match)
    {
        TakeConditions();
        var response = new InnerResponse(context, cache, this);
        try
        {
            await next(context, match);
            await response.FlushAsync();
            Complete(response.IsBroken);

            // Whatever they wait for has come or will not: how long the client takes for the rest is its own affair.
            EndFlight();
            await response.EndAsync();
        }
        catch (OperationCanceledException) when (response.IsUnwanted)
        {
            // The client has its answer.
        }
        finally
        {
            await response.BreakOffAsync();
            response.Restore();
            ReturnConditions();
            capture?.Free();
            EndFlight();
        }

        if (End != FillEnd.Answered)
        {
            Forget();
        }
    }

    /// <summary>The head of the answer is there.</summary>
    public void Begin()
    {
        var response = context.Response;
        status = response.StatusCode;
        if (stale is not null && IsAnswerInPlace(stale))
        {
            Sends = false;
            Headers = CacheHead.Keep(response.Headers, before, cache.Clock.GetUtcNow());
            Age = response.Headers.Age;
            return;
        }

        length = response.ContentLength;
        var now = cache.Clock.GetUtcNow();
        life = StoreRules.Decide(RequestFacts.Of(context.Request.Headers, cache.Config), status, response.Headers, cache.Config, now, Took, out var reason);
        if (life is not null && length > cache.Config.MaxEntry)
        {
            (life, reason) = (null, "too-large");
        }

        if (life is null)
        {
            Refuse();
        }
        else
        {
            vary = VaryKey.Of(response.Headers.Vary, cache.Config.Key, cache.Overwritten, context.Request.Headers);
            Headers = CacheHead.Keep(response.Headers, before, now);
            capture = new CaptureBuffer(cache.Store, (int)cache.Config.MaxEntry);
        }

        response.Headers.Append("Cache-Status", life is null ? $"portolan; fwd={why}; detail={reason}" : $"portolan; fwd={why}; stored");
        AnswerConditions(response);
        if (length == 0)
        {
            Complete(broken: false);
        }
    }

    /// <summary>Whoever asks for the same asks for himself from now on.</summary>
    public void LetOthersGo() => flight?.End(FlightEnd.Unusable);

    /// <summary>A piece of the body.</summary>
    public void Take(ReadOnlySpan<byte> bytes, bool broken)
    {
        if (capture is null)
        {
            return;
        }

        if (!capture.TryAppend(bytes))
        {
            capture = null;
            Refuse();
        }
        else if (capture.Length == length)
        {
            Complete(broken);
        }
    }

    /// <summary>All of the body was there, or what there will be of it.</summary>
    public void Complete(bool broken)
    {
        if (capture is not { } body)
        {
            return;
        }

        (capture, isComplete) = (null, true);
        if (!broken && (length is null || length == body.Length))
        {
            var entry = new CacheEntry(cache.Partition, vary!, status, Headers, body.ToArray(), life!, cache.Clock);
            var stored = cache.Store.Put(key, entry, stamp);
            flight?.End(stored && life!.InitialAge < life.Lifetime ? FlightEnd.Stored : FlightEnd.Unusable);
        }

        body.Free();
    }

    // What still holds is first to be stored as such.
    private void EndFlight()
    {
        if (End != FillEnd.NotModified)
        {
            flight?.End(End == FillEnd.Failed ? FlightEnd.Failed : FlightEnd.Abandoned);
        }
    }

    private bool IsAnswerInPlace(CacheEntry stored)
    {
        if (status == StatusCodes.Status304NotModified && stored.CanBeValidated)
        {
            End = FillEnd.NotModified;
        }
        else if (status is 500 or 502 or 503 or 504 && CacheUse.MayStandIn(stored))
        {
            End = FillEnd.Failed;
        }

        return End != FillEnd.Answered;
    }

    // Those who wait are let go as soon as it is known, and told not to wait the next time.
    private void Refuse()
    {
        if (stale is not null && status < 500)
        {
            cache.Store.Remove(stale);
        }

        if (flight?.HasWaiting == true)
        {
            var mark = new CacheEntry(cache.Partition, VaryKey.Of(default, [], cache.Overwritten, context.Request.Headers), 0, [], [], MarkLife, cache.Clock);
            cache.Store.Put(key, mark, stamp);
        }

        flight?.End(FlightEnd.Unusable);
    }

    // The service is asked for the whole, which can be stored, or whether the stored one holds; what the client has already
    // is looked at when the answer is there.
    private void TakeConditions()
    {
        var headers = context.Request.Headers;
        (noneMatch, modifiedSince) = (headers.IfNoneMatch, headers.IfModifiedSince);
        headers.IfNoneMatch = stale?.Tag ?? default;
        headers.IfModifiedSince = stale?.LastModified ?? default;
    }

    private void ReturnConditions()
    {
        var headers = context.Request.Headers;
        (headers.IfNoneMatch, headers.IfModifiedSince) = (noneMatch, modifiedSince);
    }

    private void AnswerConditions(HttpResponse response)
    {
        var date = HttpDates.Read(response.Headers.Date) ?? cache.Clock.GetUtcNow();
        if (status == StatusCodes.Status200OK
            && Conditions.AreNotModified(noneMatch, modifiedSince, response.Headers.ETag, response.Headers.LastModified, date))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            CacheHead.RemoveContent(response.Headers);
            (Sends, IsNotModified) = (false, true);
        }
    }

    private void Forget()
    {
        var response = context.Response;
        response.Headers.Clear();
        response.StatusCode = StatusCodes.Status200OK;
        foreach (var (name, values) in before)
        {
            response.Headers[name] = values;
        }
    }
}
