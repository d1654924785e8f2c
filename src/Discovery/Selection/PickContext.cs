namespace Portolan.Discovery.Selection;

/// <summary>What the choice of an endpoint may go by.</summary>
/// <param name="Now">The clock's timestamp.</param>
/// <param name="Key">Whose call it is, for the policies by key; null: nobody's in particular, and any endpoint will do.</param>
/// <param name="Avoid">Where the attempt before went: another is chosen if there is one.</param>
/// <param name="Earlier">Where the attempts before that one went: whoever was not tried yet comes first.</param>
public readonly record struct PickContext(long Now, string? Key = null, Endpoint? Avoid = null, IReadOnlyList<object>? Earlier = null)
{
    internal bool WasTried(Endpoint endpoint) => endpoint == Avoid || Earlier?.Contains(endpoint) == true;
}
