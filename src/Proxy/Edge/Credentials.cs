namespace Portolan.Proxy.Edge;

/// <summary>Headers by which a caller says who he is: what one may see, another one may not.</summary>
internal static class Credentials
{
    /// <summary>Where a key stands that many services take in place of <c>Authorization</c>.</summary>
    public const string ApiKey = "X-API-Key";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["Authorization", "Cookie", ApiKey];
}
