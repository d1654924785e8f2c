using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>What a response says to caches like this one alone: <c>CDN-Cache-Control</c> (RFC 9213).</summary>
internal static partial class TargetedControl
{
    private const string Header = "CDN-Cache-Control";

    /// <summary>Null where there is none, or none that is well formed: then the general fields count.</summary>
    public static CacheControl? Of(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(Header, out var lines))
        {
            return null;
        }

        var text = lines.ToString();
        return Dictionary().IsMatch(text) ? CacheControl.Parse(text) : null;
    }

    // A structured dictionary (RFC 9651) of the values that cache directives have: whole numbers, words, strings, flags.
    [GeneratedRegex("""^ *[a-z*][a-z0-9_.*-]*(=(-?[0-9]{1,15}|\?1|"[ !#-\[\]-~]*"|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*))?( *, *[a-z*][a-z0-9_.*-]*(=(-?[0-9]{1,15}|\?1|"[ !#-\[\]-~]*"|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*))?)* *$""",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Dictionary();
}
