using System.Threading.Tasks.Sources;

namespace Portolan.Resilience.Tests.Execution;

/// <summary>A value that comes later, without an allocation of its own.</summary>
internal sealed class ManualSource : IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> source;

    public ValueTask<int> Begin() => new(this, source.Version);

    public void End(int value) => source.SetResult(value);

    public int GetResult(short token)
    {
        var value = source.GetResult(token);
        source.Reset();
        return value;
    }

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
