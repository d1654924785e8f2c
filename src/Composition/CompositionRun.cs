using System.Text.Json;
using Portolan.Core.Problems;

namespace Portolan.Composition;

/// <summary>One run of a plan.</summary>
internal sealed class CompositionRun(IReadOnlyList<Part> parts, object? input, TimeProvider clock)
{
    private readonly Dictionary<string, Task<PartResult>> tasks = new(parts.Count);

    // Continues each part on the pool: a delegate that works before its first await must not hold up the parts beside it.
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Problem? failure;

    public async Task<CompositionResult> RunAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);

        foreach (var part in parts)
        {
            tasks.Add(part.Name, RunAsync(part, whole));
        }

        started.SetResult();
        await Task.WhenAll(tasks.Values);
        cancellationToken.ThrowIfCancellationRequested();
        return Collect();
    }

    private async Task<PartResult> RunAsync(Part part, CancellationTokenSource whole)
    {
        await started.Task;
        var context = await GatherAsync(part);
        var result = context is not null
            ? await RunAsync(part, context, whole.Token)
            : PartResult.Failed(PartProblems.Unmet(part.Name));
        result = result.Failure is not null && part.Otherwise is { } otherwise ? otherwise(context, result) : result;
        if (result.Failure is { } problem && !part.Optional && Interlocked.CompareExchange(ref failure, problem, null) is null)
        {
            // The answer is decided: nobody needs the other parts any more.
            await whole.CancelAsync();
        }

        return result;
    }

    private async Task<PartContext?> GatherAsync(Part part)
    {
        var needed = new Dictionary<string, JsonElement>(part.DependsOn.Count);
        foreach (var name in part.DependsOn)
        {
            var result = await tasks[name];
            if (result.Failure is not null)
            {
                return null;
            }

            needed[name] = result.Value;
        }

        return new PartContext(input, needed);
    }

    private async Task<PartResult> RunAsync(Part part, PartContext context, CancellationToken whole)
    {
        using var own = part.Timeout is { } timeout ? new CancellationTokenSource(timeout, clock) : new CancellationTokenSource();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(own.Token, whole);
        try
        {
            // Waited for with the token too: a part that ignores it must not keep the others.
            return await part.RunAsync(context, both.Token).AsTask().WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            return PartResult.Failed(PartProblems.TimedOut(part.Name));
        }
        catch (ProblemException exception)
        {
            return PartResult.Failed(exception.Problem);
        }
        catch (Exception exception)
        {
            return PartResult.Failed(PartProblems.Broken(part.Name), exception);
        }
    }

    private CompositionResult Collect()
    {
        var values = new List<KeyValuePair<string, JsonElement>>(parts.Count);
        var missing = new List<string>();
        var failures = new List<KeyValuePair<string, PartResult>>();
        foreach (var part in parts)
        {
            var result = tasks[part.Name].Result;
            values.Add(new(part.Name, result.Value));
            if (result.Failure is not null || result.IsIncomplete)
            {
                missing.Add(part.Name);
            }

            if ((result.Failure ?? result.Covered) is not null)
            {
                failures.Add(new(part.Name, result));
            }
        }

        return new CompositionResult(values, missing, failure, failures)
        {
            Stale = [.. failures.Where(one => one.Value.AsOf is not null).Select(one => KeyValuePair.Create(one.Key, one.Value.AsOf!.Value))],
        };
    }
}
