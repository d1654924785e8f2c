using System.Net;
using System.Text;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A body of which the test sends one piece after the other.</summary>
public sealed class PiecewiseContent : HttpContent
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly TaskCompletionSource<Stream> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task SendAsync(string text)
    {
        var to = await ready.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await to.WriteAsync(Encoding.ASCII.GetBytes(text), Token);
        await to.FlushAsync(Token);
    }

    public void End() => end.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // The head goes out with the first flush.
        await stream.FlushAsync();
        ready.SetResult(stream);
        await end.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
