using Portolan.Discovery.Selection.Policies;

namespace Portolan.Proxy.Traffic;

/// <summary>A split in force: its weights, which operators may change, and how many requests each variant had.</summary>
internal sealed class Split
{
    private readonly Lock gate = new();
    private volatile Shares shares;

    public Split(SplitConfig config)
    {
        Config = config;
        Variants = [.. config.Variants.Select(variant => new Variant(variant, KeyHash.Of($"{config.Name}\n{variant.Name}")))];
        shares = Shares.Of([.. config.Variants.Select(variant => variant.Weight)]);
    }

    public SplitConfig Config { get; }

    public IReadOnlyList<Variant> Variants { get; }

    public IReadOnlyList<int> Weights => shares.Weights;

    /// <summary>The variant that has all weight, so that it does not matter who asks; else null.</summary>
    public Variant? Only => shares.Only is var only and >= 0 ? Variants[only] : null;

    /// <summary>
    /// The variant of a subject. Each variant draws a number for the subject, the same every time, and the best one wins by
    /// its weight: so whoever moves when a weight is raised moves to that variant, and nobody else moves.
    /// </summary>
    public Variant Choose(ulong subject)
    {
        var weights = shares.Weights;
        var (best, least) = (0, double.PositiveInfinity);
        for (var index = 0; index < weights.Length; index++)
        {
            if (weights[index] > 0 && Variants[index].Draw(subject) / weights[index] is var drawn && drawn < least)
            {
                (best, least) = (index, drawn);
            }
        }

        return Variants[best];
    }

    /// <summary>The variant that a request asks for: by its name, or <c>true</c> for the canary and <c>false</c> for the first; null when there is none.</summary>
    public Variant? Named(ReadOnlySpan<char> word)
    {
        foreach (var variant in Variants)
        {
            if (word.Equals(variant.Name, StringComparison.OrdinalIgnoreCase))
            {
                return variant;
            }
        }

        return word.Equals("true", StringComparison.OrdinalIgnoreCase) ? Named("canary") ?? Variants[1]
            : word.Equals("false", StringComparison.OrdinalIgnoreCase) ? Variants[0]
            : null;
    }

    /// <summary>Gives variants other weights; who is not named keeps theirs. What is wrong, or null when it is done.</summary>
    public string? Change(IReadOnlyDictionary<string, int> weights)
    {
        if (weights.Keys.FirstOrDefault(name => Variants.All(variant => variant.Name != name)) is { } unknown)
        {
            return $"There is no variant '{unknown}'; there are {string.Join(", ", Variants.Select(variant => variant.Name))}.";
        }

        if (weights.Values.Any(weight => weight is < 0 or > VariantConfig.MaximumWeight))
        {
            return $"A weight is a whole number from 0 to {VariantConfig.MaximumWeight}.";
        }

        lock (gate)
        {
            int[] changed = [.. Variants.Select((variant, index) => weights.TryGetValue(variant.Name, out var weight) ? weight : shares.Weights[index])];
            if (changed.All(weight => weight == 0))
            {
                return "Every weight would be 0, so that nobody would answer.";
            }

            shares = Shares.Of(changed);
            return null;
        }
    }

    /// <summary>Gives all variants the weights of the configuration again.</summary>
    public void Reset() => shares = Shares.Of([.. Config.Variants.Select(variant => variant.Weight)]);

    private sealed record Shares(int[] Weights, int Only)
    {
        public static Shares Of(int[] weights) =>
            new(weights, weights.Count(weight => weight > 0) == 1 ? Array.FindIndex(weights, weight => weight > 0) : -1);
    }
}

/// <summary>One of a split's variants.</summary>
internal sealed class Variant(VariantConfig config, ulong salt)
{
    private long requests;

    public string Name => config.Name;

    public string Service => config.Service;

    /// <summary>How many requests it was chosen for since its configuration is in force.</summary>
    public long Requests => Volatile.Read(ref requests);

    public void Count() => Interlocked.Increment(ref requests);

    /// <summary>Above 0, the less the better. Divided by a weight, it is the least among others just as often as the weight says.</summary>
    public double Draw(ulong subject)
    {
        var chance = ((KeyHash.Again(subject ^ salt, 1) >> 11) + 1) * (1.0 / (1UL << 53));
        return -Math.Log(chance);
    }
}
