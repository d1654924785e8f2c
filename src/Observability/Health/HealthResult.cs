namespace Portolan.Observability.Health;

/// <summary>How a part, or the whole, is; the worse the greater.</summary>
public enum HealthStatus
{
    /// <summary>Works.</summary>
    Up,

    /// <summary>Works with less than it should have.</summary>
    Degraded,

    /// <summary>Does not work.</summary>
    Down,
}

/// <summary>What a check found.</summary>
/// <param name="Status">How the part is.</param>
/// <param name="Message">Why, where it is not up; for people.</param>
public sealed record HealthResult(HealthStatus Status, string? Message = null)
{
    /// <summary>Figures worth showing; text, numbers and truth values.</summary>
    public IReadOnlyDictionary<string, object?>? Details { get; init; }

    /// <summary>The part works.</summary>
    public static HealthResult Up { get; } = new(HealthStatus.Up);

    /// <summary>The part works with less than it should have.</summary>
    public static HealthResult Degraded(string message) => new(HealthStatus.Degraded, message);

    /// <summary>The part does not work.</summary>
    public static HealthResult Down(string message) => new(HealthStatus.Down, message);
}
