namespace Portolan.Resilience.Tests.Retry;

/// <summary>Chance that a test decides: always the same share.</summary>
internal sealed class FixedRandom(double share) : Random
{
    public override double NextDouble() => share;
}
