using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Compression;

/// <summary>A body on its way through a compressor. One of known length comes in one go: to flush it piece by piece would make it longer.</summary>
internal sealed class CompressedBody(Stream compressor, bool flushes) : AnswerStream
{
    public ValueTask EndAsync() => compressor.DisposeAsync();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        compressor.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => flushes ? compressor.FlushAsync(cancellationToken) : Task.CompletedTask;
}
