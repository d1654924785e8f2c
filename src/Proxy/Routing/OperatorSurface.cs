namespace Portolan.Proxy.Routing;

/// <summary>Keeps requests from outside away from what services offer to operators under <c>/portolan</c>.</summary>
internal static class OperatorSurface
{
    private const string Segment = "portolan";

    /// <summary>True when a service would take the path for its operator surface. Services compare decoded and in any case.</summary>
    public static bool IsReachedBy(string path)
    {
        var start = path.AsSpan().TrimStart('/');
        var end = start.IndexOfAny('/', '?');
        var first = (end < 0 ? start : start[..end]).ToString();
        return Uri.UnescapeDataString(first).Equals(Segment, StringComparison.OrdinalIgnoreCase);
    }
}
