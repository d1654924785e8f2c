using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>
/// The response as the steps inside of the cache see it. What they say passes by the cache before it is the client's: what
/// they want to change last is changed before the cache looks, and a connection they break off is one the cache hears of.
/// </summary>
internal sealed class InnerResponse : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
{
    private readonly CacheFill fill;
    private readonly IFeatureCollection features;
    private readonly IHttpResponseFeature response;
    private readonly IHttpResponseBodyFeature body;
    private readonly IHttpRequestLifetimeFeature lifetime;
    private readonly InnerStream stream;
    private readonly CancellationTokenSource? unwanted;
    private PipeWriter? writer;
    private Stack<(Func<object, Task> Callback, object State)>? starting;
    private bool hasBegun;

    public InnerResponse(HttpContext context, RouteCache cache, CacheFill fill)
    {
        this.fill = fill;
        features = context.Features;
        response = features.GetRequiredFeature<IHttpResponseFeature>();
        body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        stream = InnerStream.Of(context, cache, this, fill, body);
        unwanted = fill.IsConditional ? CancellationTokenSource.CreateLinkedTokenSource(lifetime.RequestAborted) : null;
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
    }

    /// <summary>The answer was broken off: what there is of it is not all.</summary>
    public bool IsBroken { get; private set; }

    public int StatusCode
    {
        get => response.StatusCode;
        set => response.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => response.ReasonPhrase;
        set => response.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => response.Headers;
        set => response.Headers = value;
    }

    [Obsolete("Of the interface; the body is the other feature's.")]
    public Stream Body
    {
        get => stream;
        set => throw new NotSupportedException("The body's feature is what can be replaced.");
    }

    public bool HasStarted => hasBegun || response.HasStarted;

    public Stream Stream => stream;

    public PipeWriter Writer => writer ??= PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

    public CancellationToken RequestAborted
    {
        get => unwanted?.Token ?? lifetime.RequestAborted;
        set => lifetime.RequestAborted = value;
    }

    /// <summary>True once the rest of the body was of use to nobody, and whoever brings it has been told.</summary>
    public bool IsUnwanted => unwanted?.IsCancellationRequested == true && !lifetime.RequestAborted.IsCancellationRequested;

    public void OnStarting(Func<object, Task> callback, object state) => (starting ??= new()).Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => response.OnCompleted(callback, state);

    public void DisableBuffering() => body.DisableBuffering();

    public void Abort()
    {
        IsBroken = true;
        if (!fill.IsNotModified)
        {
            lifetime.Abort();
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync();
        if (fill.Sends)
        {
            await body.StartAsync(cancellationToken);
        }
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await FlushAsync();
        fill.Complete(IsBroken);
        if (fill.Sends)
        {
            await stream.EndAsync();
            await body.CompleteAsync();
        }
    }

    /// <summary>Returns when the client has all that came from inside.</summary>
    public Task EndAsync() => stream.EndAsync();

    /// <summary>Nothing more comes from inside.</summary>
    public async ValueTask FlushAsync()
    {
        if (writer is not null)
        {
            await writer.FlushAsync();
        }

        await BeginAsync();
    }

    /// <summary>What comes from inside has ended, in whichever way.</summary>
    public Task BreakOffAsync() => stream.BreakOffAsync();

    /// <summary>Gives the client its response back.</summary>
    public void Restore()
    {
        unwanted?.Dispose();
        features.Set(response);
        features.Set(body);
        features.Set(lifetime);
    }

    /// <summary>The first that is to be sent: the head is what it will be, and the cache decides.</summary>
    public ValueTask BeginAsync()
    {
        if (hasBegun)
        {
            return ValueTask.CompletedTask;
        }

        if (starting is not null)
        {
            return BeginAfterAsync(starting);
        }

        hasBegun = true;
        fill.Begin();
        return fill.IsNotModified ? AnswerAsync() : ValueTask.CompletedTask;
    }

    // The client has it already, and hears so at once: the rest concerns the store at most.
    private async ValueTask AnswerAsync()
    {
        await body.CompleteAsync();
        await EndIfUnwantedAsync();
    }

    /// <summary>Ends what is of use to neither client nor store.</summary>
    public async ValueTask EndIfUnwantedAsync()
    {
        if (unwanted is not null && fill is { IsNotModified: true, Stores: false })
        {
            await unwanted.CancelAsync();
            unwanted.Token.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask BeginAfterAsync(Stack<(Func<object, Task> Callback, object State)> callbacks)
    {
        starting = null;
        while (callbacks.TryPop(out var next))
        {
            await next.Callback(next.State);
        }

        await BeginAsync();
    }
}
