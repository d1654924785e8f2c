using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Mirroring;

/// <summary>An answer on its way to the client, copied as it is written. Nothing of it is held back.</summary>
internal sealed class ObservedResponse : AnswerStream, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
{
    private readonly IFeatureCollection features;
    private readonly IHttpResponseBodyFeature body;
    private readonly IHttpRequestLifetimeFeature lifetime;
    private readonly BodyCopy copy;
    private PipeWriter? writer;

    public ObservedResponse(IFeatureCollection features, BodyCopy copy)
    {
        this.features = features;
        this.copy = copy;
        body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
    }

    /// <summary>The answer was broken off.</summary>
    public bool IsBroken { get; private set; }

    public Stream Stream => this;

    public PipeWriter Writer => writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public CancellationToken RequestAborted
    {
        get => lifetime.RequestAborted;
        set => lifetime.RequestAborted = value;
    }

    public void Abort()
    {
        IsBroken = true;
        lifetime.Abort();
    }

    public void DisableBuffering() => body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await RestoreAsync();
        await body.CompleteAsync();
    }

    /// <summary>Gives the client its response back.</summary>
    public async ValueTask RestoreAsync()
    {
        if (writer is not null)
        {
            await writer.FlushAsync();
        }

        features.Set(body);
        features.Set(lifetime);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        copy.Take(buffer.Span);
        return body.Stream.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => body.Stream.FlushAsync(cancellationToken);
}
