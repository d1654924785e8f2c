namespace Portolan.Resilience.Tests.FaultInjection;

/// <summary>Chance as evenly spread as can be: 0, 0.1 … 0.9 and again.</summary>
internal sealed class GivenRandom : Random
{
    private int next;

    public override double NextDouble() => next++ % 10 / 10.0;
}
