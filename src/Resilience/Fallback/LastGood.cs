namespace Portolan.Resilience.Fallback;

/// <summary>
/// The last good value for each key, for a fallback that is better old than absent. The number of keys is bounded: beyond it
/// the oldest is forgotten. Not for values that are disposed of, such as responses.
/// </summary>
/// <param name="clock">Null: the system's.</param>
/// <param name="maximumKeys">Keys at once, at least 1. Default 1,000.</param>
/// <param name="maximumAge">How old a value may be; more than zero. Default 1 h.</param>
public sealed class LastGood<T>(TimeProvider? clock = null, int maximumKeys = 1_000, TimeSpan? maximumAge = null)
{
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly int maximumKeys = maximumKeys > 0 ? maximumKeys : throw new ArgumentOutOfRangeException(nameof(maximumKeys), maximumKeys, "Give at least 1.");
    private readonly TimeSpan maximumAge = maximumAge is null ? TimeSpan.FromHours(1)
        : maximumAge > TimeSpan.Zero ? maximumAge.Value : throw new ArgumentOutOfRangeException(nameof(maximumAge), maximumAge, "Give more than zero.");

    private readonly Dictionary<string, LinkedListNode<(string Key, Remembered<T> Known)>> values = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, Remembered<T> Known)> byAge = new();
    private readonly Lock gate = new();

    /// <summary>How many keys have a value.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return values.Count;
            }
        }
    }

    /// <summary>Remembers a good value, and gives it back.</summary>
    public T Remember(string key, T value)
    {
        lock (gate)
        {
            if (values.Remove(key, out var before))
            {
                byAge.Remove(before);
            }

            values[key] = byAge.AddLast((key, new Remembered<T>(value, clock.GetUtcNow())));
            if (values.Count > maximumKeys)
            {
                values.Remove(byAge.First!.Value.Key);
                byAge.RemoveFirst();
            }
        }

        return value;
    }

    /// <summary>The last good value; null when there is none, or it is too old.</summary>
    public Remembered<T>? Recall(string key)
    {
        lock (gate)
        {
            return values.TryGetValue(key, out var node) && clock.GetUtcNow() - node.Value.Known.At <= maximumAge ? node.Value.Known : null;
        }
    }

    /// <summary>
    /// The last good value of the call's <see cref="CallOptions.Key"/>, marked as such: give it to
    /// <see cref="FallbackOptions{T}.Answer"/>. Without one the outcome stays.
    /// </summary>
    public ValueTask<Marked<T>> AnswerAsync(Outcome<Marked<T>> outcome, ResilienceCall call) =>
        Recall(call.Options.Key ?? "") is { } known
            ? new(new Marked<T>(known.Value, FallbackMeta.Of(FallbackKind.Cached, outcome, known.At)))
            : ValueTask.FromException<Marked<T>>(new KeyNotFoundException("There is no last good value."));
}

/// <summary>A value, and when it was good.</summary>
public sealed record Remembered<T>(T Value, DateTimeOffset At);
