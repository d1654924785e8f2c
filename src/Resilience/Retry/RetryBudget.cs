namespace Portolan.Resilience.Retry;

/// <summary>
/// Bounds how many calls repeating adds, so that a service that is down is not kept down by those who try again. One budget
/// serves every pipeline to a dependency, its retries and its hedges; any number of threads may use it.
/// </summary>
public abstract class RetryBudget
{
    // Parts of one retry: shares and ratios are exact to three decimals, as gRPC has it.
    private const int One = 1_000;

    private RetryBudget()
    {
    }

    /// <summary>
    /// gRPC's throttle (its proposal A6): a failure takes one token, a success gives <paramref name="ratio"/> of one, and
    /// calls are repeated while more than half of the tokens are there.
    /// </summary>
    /// <param name="maximumTokens">Tokens at the start and at most, 1 to 1,000,000. Default 10.</param>
    /// <param name="ratio">Tokens for a success, 0.001 to the maximum. Default 0.1.</param>
    public static RetryBudget Tokens(int maximumTokens = 10, double ratio = 0.1)
    {
        OptionErrors.ThrowIfAny(
            nameof(RetryBudget), new OptionErrors().Range("MaximumTokens", maximumTokens, 1, 1_000_000).Range("Ratio", ratio, 0.001, Math.Max(1, maximumTokens)).All);
        return new TokenBudget(maximumTokens * One, (int)Math.Round(ratio * One));
    }

    /// <summary>
    /// Finagle's and tower's form: in ten seconds, at most this share of the calls that succeeded is added by repeating,
    /// and a reserve so that a quiet client may repeat at all.
    /// </summary>
    /// <param name="share">Repetitions per success, 0 to 10. Default 0.2.</param>
    /// <param name="reserve">Repetitions a second that are always there, 0 to 10,000. Default 10.</param>
    public static RetryBudget Share(double share = 0.2, int reserve = 10)
    {
        OptionErrors.ThrowIfAny(nameof(RetryBudget), new OptionErrors().Range("Share", share, 0, 10).Range("Reserve", reserve, 0, 10_000).All);
        return new ShareBudget((int)Math.Round(share * One), reserve * ShareBudget.Slots * One);
    }

    /// <summary>An attempt succeeded.</summary>
    public abstract void Success(ResilienceCall call);

    /// <summary>An attempt failed in a way that is worth repeating, whether or not it will be.</summary>
    public abstract void Failure(ResilienceCall call);

    /// <summary>Takes what one repetition costs. False when it is not there: the call ends with what it has.</summary>
    public abstract bool TryTake(ResilienceCall call);

    private sealed class TokenBudget(int maximum, int ratio) : RetryBudget
    {
        // Counted from the top, so that it starts full.
        private int spent;

        public override void Success(ResilienceCall call)
        {
            // Nothing is written while the budget is full, which is nearly always.
            for (var seen = Volatile.Read(ref spent); seen > 0;)
            {
                var found = Interlocked.CompareExchange(ref spent, Math.Max(0, seen - ratio), seen);
                seen = found == seen ? 0 : found;
            }
        }

        public override void Failure(ResilienceCall call)
        {
            for (var seen = Volatile.Read(ref spent); seen < maximum;)
            {
                var found = Interlocked.CompareExchange(ref spent, Math.Min(maximum, seen + One), seen);
                seen = found == seen ? maximum : found;
            }
        }

        // The failure that leads here has paid.
        public override bool TryTake(ResilienceCall call) => Volatile.Read(ref spent) < maximum / 2;

        public override string ToString() => $"{(double)maximum / One} tokens, {(double)ratio / One} for a success";
    }

    /// <summary>A ring of one-second slots; each word holds its second and the sum of what came and went in it.</summary>
    private sealed class ShareBudget(int deposit, int reserve) : RetryBudget
    {
        public const int Slots = 10;
        private const int MostOfSlot = 100_000 * One;

        private readonly long[] slots = new long[Slots];

        public override void Success(ResilienceCall call) => Add(Second(call), deposit);

        public override void Failure(ResilienceCall call)
        {
        }

        // Take first and look then: of those who race for the last one perhaps nobody gets it, but never two.
        public override bool TryTake(ResilienceCall call)
        {
            var second = Second(call);
            if (Balance(second) < One)
            {
                return false;
            }

            Add(second, -One);
            if (Balance(second) >= 0)
            {
                return true;
            }

            Add(second, One);
            return false;
        }

        public override string ToString() => $"{(double)deposit / One:P0} of calls and {reserve / One / Slots}/s";

        private static int Second(ResilienceCall call) => (int)(call.Timestamp / call.Scope.Clock.TimestampFrequency);

        private long Balance(int second)
        {
            long sum = reserve;
            foreach (ref var slot in slots.AsSpan())
            {
                // A second ahead counts as one behind does: the clock may have gone back.
                var word = Volatile.Read(ref slot);
                sum += Math.Abs((long)(int)(word >> 32) - second) < Slots ? (int)word : 0;
            }

            return sum;
        }

        private void Add(int second, int amount)
        {
            ref var slot = ref slots[(uint)second % Slots];
            var seen = Volatile.Read(ref slot);
            while (true)
            {
                var sum = (int)(seen >> 32) == second ? (int)seen : 0;
                var word = ((long)second << 32) | (uint)Math.Min(sum + amount, MostOfSlot);
                var found = Interlocked.CompareExchange(ref slot, word, seen);
                if (found == seen)
                {
                    return;
                }

                seen = found;
            }
        }
    }
}
