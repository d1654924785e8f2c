namespace Portolan.Proxy.Mirroring.Comparison;

/// <summary>Names fields: <c>items[].price</c>; <c>*</c> for any one name, <c>**</c> for any number of them.</summary>
internal sealed class FieldPattern(string pattern)
{
    private readonly string[] names = Split(pattern);

    /// <summary>True of the fields it names, and of all below them.</summary>
    public bool Matches(string path) => Matches(names, Split(path));

    private static string[] Split(string path) => path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);

    private static bool Matches(ReadOnlySpan<string> names, ReadOnlySpan<string> path)
    {
        if (names.IsEmpty)
        {
            return true;
        }

        if (names[0] == "**")
        {
            return Matches(names[1..], path) || (!path.IsEmpty && Matches(names, path[1..]));
        }

        return !path.IsEmpty && (names[0] == "*" || names[0] == path[0]) && Matches(names[1..], path[1..]);
    }
}
