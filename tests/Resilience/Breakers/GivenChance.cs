namespace Portolan.Resilience.Tests.Breakers;

/// <summary>Chance that is what the test says.</summary>
internal sealed class GivenChance : Random
{
    public double Value { get; set; }

    public override double NextDouble() => Value;
}
