using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Edge;

/// <summary>
/// Stands where a route's answer is written. It sees the head, complete, before anything of it goes out, and chooses then what
/// happens to the body. Several stand one behind the other; the innermost sees the answer first.
/// </summary>
internal abstract class ResponseTap : AnswerStream, IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature outer;
    private Stream? target;
    private PipeWriter? writer;

    protected ResponseTap(HttpContext context)
    {
        Context = context;
        outer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(this);
    }

    Stream IHttpResponseBodyFeature.Stream => this;

    // What passes as it is passes directly, where the answer has begun before the writer is asked for.
    PipeWriter IHttpResponseBodyFeature.Writer =>
        writer ?? (target == outer.Stream ? outer.Writer : writer = PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true)));

    protected HttpContext Context { get; }

    /// <summary>Where the answer goes on to.</summary>
    protected Stream Outer => outer.Stream;

    /// <summary>True when the head shall wait until the body is known.</summary>
    protected bool Holds { get; set; }

    /// <summary>Answers through this tap; its body is complete when this returns.</summary>
    public Task RunAsync(RouteHandler next, RouteMatch match) => RunAsync(context => next(context, match));

    /// <summary>The same of what has no route yet.</summary>
    public async Task RunAsync(RequestDelegate next)
    {
        try
        {
            await next(Context);
            await EndAsync();
        }
        finally
        {
            // Before a failure is answered further out: that answer is not the route's.
            Context.Features.Set(outer);
            await DisposeAsync();
        }
    }

    void IHttpResponseBodyFeature.DisableBuffering() => outer.DisableBuffering();

    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken)
    {
        Open();
        return Holds ? Task.CompletedTask : outer.StartAsync(cancellationToken);
    }

    Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    // The outer one ends when all taps have: this is said by what is inside, and the last bytes are still here.
    Task IHttpResponseBodyFeature.CompleteAsync() => writer?.FlushAsync().AsTask() ?? Task.CompletedTask;

    public sealed override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Open().WriteAsync(buffer, cancellationToken);

    public sealed override Task FlushAsync(CancellationToken cancellationToken)
    {
        var body = Open();
        return Holds ? Task.CompletedTask : body.FlushAsync(cancellationToken);
    }

    /// <summary>The head is complete: changes it, and says where the body goes; <see cref="Outer"/> for on and out.</summary>
    protected abstract Stream OnHead();

    /// <summary>All of the body was written to what <see cref="OnHead"/> said.</summary>
    protected virtual ValueTask OnEndAsync(Stream body) => ValueTask.CompletedTask;

    private Stream Open() => target ??= OnHead();

    private async ValueTask EndAsync()
    {
        if (writer is not null)
        {
            await writer.CompleteAsync();
        }

        // An upgraded connection has a head that did not pass here, and is no answer any more.
        if (target is not null || !Context.Response.HasStarted)
        {
            await OnEndAsync(Open());
        }
    }
}
