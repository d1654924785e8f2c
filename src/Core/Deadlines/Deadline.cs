namespace Portolan.Core.Deadlines;

/// <summary>The moment at which nobody waits any more for what the running code does. Work inside it can only have less time.</summary>
public sealed class Deadline
{
    private static readonly AsyncLocal<Deadline?> Ambient = new();

    private readonly TimeProvider clock;
    private readonly long due;

    private Deadline(TimeProvider clock, long due)
    {
        this.clock = clock;
        this.due = due;
    }

    /// <summary>The deadline of the running request or message; null where nobody set one.</summary>
    public static Deadline? Current => Ambient.Value;

    /// <summary>Time that is left, never below zero.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var remaining = clock.GetElapsedTime(clock.GetTimestamp(), due);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>True when no time is left.</summary>
    public bool IsSpent => clock.GetTimestamp() >= due;

    /// <summary>A deadline that long from now; zero or less is spent already. <see cref="Enter"/> makes it count.</summary>
    public static Deadline In(TimeProvider clock, TimeSpan time)
    {
        var length = Math.Clamp(time.TotalSeconds * clock.TimestampFrequency, 0, long.MaxValue / 2);
        return new Deadline(clock, clock.GetTimestamp() + (long)length);
    }

    /// <summary>A deadline at a moment of the calendar, as messages carry it.</summary>
    public static Deadline At(TimeProvider clock, DateTimeOffset moment) => In(clock, moment - clock.GetUtcNow());

    /// <summary>
    /// Makes this the deadline of the running code, and of what it starts, until the result is disposed. Where an earlier one
    /// stands already, that one stays.
    /// </summary>
    public Entered Enter()
    {
        var outer = Ambient.Value;
        if (outer is null || Remaining < outer.Remaining)
        {
            Ambient.Value = this;
        }

        return new Entered(outer);
    }

    /// <summary>Gives the outer deadline back when it is disposed.</summary>
    public readonly struct Entered : IDisposable
    {
        private readonly Deadline? outer;

        internal Entered(Deadline? outer) => this.outer = outer;

        /// <inheritdoc />
        public void Dispose() => Ambient.Value = outer;
    }
}
