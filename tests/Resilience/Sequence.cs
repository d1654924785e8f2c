namespace Portolan.Resilience.Tests;

/// <summary>Chance that is the same in every run (SplitMix64); safe for several threads, though then in no fixed order.</summary>
internal sealed class Sequence(ulong seed) : Random
{
    private ulong state = seed;

    public override int Next(int minValue, int maxValue) => minValue + (int)(Sample() * ((long)maxValue - minValue));

    public override int Next(int maxValue) => Next(0, maxValue);

    public override double NextDouble() => Sample();

    protected override double Sample()
    {
        var mixed = Interlocked.Add(ref state, 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
