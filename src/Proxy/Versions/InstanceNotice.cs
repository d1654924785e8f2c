using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Versions;

/// <summary>What an instance says of its own end, in its metadata: <c>deprecated</c> (<c>true</c> or a date) and <c>sunset_date</c>.</summary>
internal static class InstanceNotice
{
    /// <summary>Metadata that names the version an instance answers.</summary>
    public const string Version = "api_version";

    public const string DeprecationHeader = "Deprecation";
    public const string SunsetHeader = "Sunset";

    /// <summary>Tells it with an answer, unless the service did so itself.</summary>
    public static void Write(IHeaderDictionary headers, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        // The field takes a date only, so that a bare "true" is told as the oldest there is.
        if (metadata.TryGetValue("deprecated", out var deprecated) && !headers.ContainsKey(DeprecationHeader)
            && (deprecated.Equals("true", StringComparison.OrdinalIgnoreCase) ? DateTimeOffset.UnixEpoch : Date(deprecated)) is { } since)
        {
            headers[DeprecationHeader] = VersionPlan.Deprecation(since);
        }

        if (metadata.TryGetValue("sunset_date", out var sunset) && !headers.ContainsKey(SunsetHeader) && Date(sunset) is { } end)
        {
            headers[SunsetHeader] = VersionPlan.Sunset(end);
        }
    }

    private static DateTimeOffset? Date(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;
}
