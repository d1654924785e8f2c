namespace Portolan.Discovery.Tests.Selection;

/// <summary>Chance that is the same in every run (SplitMix64).</summary>
internal sealed class Chance(ulong seed) : Random
{
    private ulong state = seed;

    public override int Next(int maxValue) => (int)(NextDouble() * maxValue);

    public override long NextInt64() => (long)(Bits() >> 1);

    public override double NextDouble() => (Bits() >> 11) * (1.0 / (1UL << 53));

    private ulong Bits()
    {
        var bits = state += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
