namespace Portolan.Architecture.Tests;

public sealed class ExemptionsTests
{
    private static readonly Violation Long = new("src/Core/Long.cs", "src/Core/Long.cs is long");

    [Fact]
    public void A_violation_without_an_exemption_remains() =>
        Assert.Equal(["src/Core/Long.cs is long"], Exemptions.Apply("file length", [Long], [new("sealed", Long.Subject, "of another rule")]));

    [Fact]
    public void An_exempt_violation_is_excused() =>
        Assert.Empty(Exemptions.Apply("file length", [Long], [new("file length", Long.Subject, "a table")]));

    [Fact]
    public void An_exemption_that_excuses_nothing_is_reported()
    {
        var remaining = Exemptions.Apply("file length", [], [new("file length", Long.Subject, "a table")]);

        Assert.Contains("excuses nothing any more", Assert.Single(remaining), StringComparison.Ordinal);
    }
}
