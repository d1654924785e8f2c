using System.Diagnostics;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>
/// One write that waits for the writer, and its caller. It runs in the caller's execution context: trace and correlation
/// reach what the handler logs and sends. Once begun it is not cancelled, so that its outcome is never unknown.
/// </summary>
internal abstract class WriteItem(CancellationToken cancellationToken)
{
    private readonly ExecutionContext? caller = ExecutionContext.Capture();
    private readonly long queued = Stopwatch.GetTimestamp();
    private SqliteTransaction? transaction;
    private Task running = Task.CompletedTask;
    private int begun;

    public TimeSpan Waited => Stopwatch.GetElapsedTime(queued);

    public List<Action>? Committed => transaction?.Committed;

    protected CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Takes the write out of its caller's hands. False when the caller gave it up before.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref begun, 1) == 0;

    /// <summary>Gives the write up, unless it has begun.</summary>
    public void Cancel()
    {
        if (TryBegin())
        {
            Fail(new OperationCanceledException(CancellationToken));
        }
    }

    public Task RunAsync(SqliteTransaction open, AsyncLocal<SqliteTransaction?> inside)
    {
        transaction = open;
        if (caller is null)
        {
            return InvokeAsync(open, inside);
        }

        ExecutionContext.Run(caller, _ => running = InvokeAsync(open, inside), null);
        return running;
    }

    public abstract void Complete();

    public abstract void Fail(Exception error);

    protected abstract Task InvokeAsync(SqliteTransaction open, AsyncLocal<SqliteTransaction?> inside);
}

internal sealed class WriteItem<T>(Func<StoreTransaction, ValueTask<T>> work, CancellationToken cancellationToken) : WriteItem(cancellationToken)
{
    // Callers go on elsewhere: the writer's thread has the next commit to do.
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T result = default!;

    public Task<T> Outcome => completion.Task;

    public override void Complete() => completion.TrySetResult(result);

    public override void Fail(Exception error) => completion.TrySetException(error);

    protected override async Task InvokeAsync(SqliteTransaction open, AsyncLocal<SqliteTransaction?> inside)
    {
        inside.Value = open;
        result = await work(open);
    }
}
