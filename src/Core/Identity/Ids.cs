namespace Portolan.Core.Identity;

/// <summary>Identifiers: UUID version 7, so that rows written together lie together in an index.</summary>
public static class Ids
{
    /// <summary>A new identifier carrying the clock's current millisecond; its other 74 bits are random.</summary>
    public static Guid New(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>A new identifier as 32 lower-case hexadecimal digits, for headers.</summary>
    public static string NewText(TimeProvider clock) => New(clock).ToString("N");
}
