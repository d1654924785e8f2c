using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Versions;

/// <summary>A media type with the version in it, such as <c>application/vnd.shop.v2+json</c>.</summary>
internal sealed class VersionMediaType
{
    private readonly string start;
    private readonly string end;

    private VersionMediaType(string start, string end) => (this.start, this.end) = (start, end);

    /// <summary>Null when the text is no media type with one <c>{version}</c>.</summary>
    public static VersionMediaType? TryParse(string text)
    {
        var parts = text.Split($"{{{VersionChoice.Hole}}}");
        return parts.Length == 2 && parts[0].Contains('/') && !text.AsSpan().ContainsAny(" ;,") && Settings.HttpText.IsToken((parts[0] + "1" + parts[1]).Replace("/", "", StringComparison.Ordinal))
            ? new VersionMediaType(parts[0], parts[1])
            : null;
    }

    /// <summary>The version that is liked best of those there are; null where none is named.</summary>
    /// <param name="accepted">Of <c>Accept</c>, or of <c>Content-Type</c>.</param>
    /// <param name="find">The version of a name; null when there is none.</param>
    /// <param name="unknown">A version that was named and is none, where nothing else would do.</param>
    public VersionPlan? Find(StringValues accepted, Func<string, VersionPlan?> find, out string? unknown)
    {
        unknown = null;
        var (best, liked, others) = (default(VersionPlan), 0.0, false);
        foreach (var line in accepted)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var one = line.AsSpan()[range];
                var semicolon = one.IndexOf(';');
                var type = (semicolon < 0 ? one : one[..semicolon]).Trim();
                var quality = semicolon < 0 ? 1 : Quality(one[semicolon..]);
                if (type.IsEmpty || quality <= 0)
                {
                    continue;
                }

                if (!IsOurs(type))
                {
                    others = true;
                    continue;
                }

                var name = type[start.Length..^end.Length].ToString();
                if (find(name) is not { } version)
                {
                    unknown = name;
                }
                else if (quality > liked)
                {
                    (best, liked) = (version, quality);
                }
            }
        }

        unknown = best is null && !others ? unknown : null;
        return best;
    }

    private bool IsOurs(ReadOnlySpan<char> type) => type.Length > start.Length + end.Length
        && type.StartsWith(start, StringComparison.OrdinalIgnoreCase) && type.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    private static double Quality(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality) ? quality : 0;
            }
        }

        return 1;
    }
}
