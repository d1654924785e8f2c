using System.Collections.Concurrent;

namespace Portolan.Resilience.Tests.Hedging;

/// <summary>A server whose attempts end when the test says so, or when they are cancelled.</summary>
internal sealed class HedgedServer
{
    private readonly BlockingCollection<Attempt> started = [];

    public int Started { get; private set; }

    /// <summary>The next attempt, when it has started.</summary>
    public Attempt Take() =>
        started.TryTake(out var attempt, TimeSpan.FromSeconds(10)) ? attempt : throw new TimeoutException("No attempt has started.");

    public Task<Outcome<Answer>> Call(ResiliencePipeline<Answer> pipeline, CallOptions options = default, CancellationToken cancellationToken = default) =>
        pipeline.TryExecuteAsync(static (call, server) => server.Begin(call), this, options, cancellationToken).AsTask();

    private ValueTask<Answer> Begin(ResilienceCall call)
    {
        Started++;
        var attempt = new Attempt(call, call.Attempt, call.Target, call.CancellationToken);
        call.Target = $"instance {Started}";
        started.Add(attempt);
        return new(attempt.Task);
    }

    /// <summary>A value that knows whether it was given back.</summary>
    internal sealed record Answer(string Text) : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    /// <summary>One attempt; <paramref name="Before"/> is where the one before went.</summary>
    internal sealed record Attempt(ResilienceCall Call, int Number, object? Before, CancellationToken Token)
    {
        private readonly TaskCompletionSource<Answer> end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Answer> Task => end.Task;

        public Answer Succeed(string text)
        {
            var answer = new Answer(text);
            end.SetResult(answer);
            return answer;
        }

        public void Fail() => end.SetException(new IOException("broken"));

        public void Throttle() => end.SetResult(new Answer("429"));

        public async Task CancelledAsync()
        {
            var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = Token.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), cancelled);
            await cancelled.Task;
        }
    }
}
