using System.Buffers;
using System.Text.RegularExpressions;

namespace Portolan.Observability.Logs;

/// <summary>Takes secrets out of what is logged: by the name of a field, and by the shape of a value.</summary>
internal static partial class Redaction
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Mask = "***";

    // Nearly no text has a secret in it: one vectorised scan decides whether the expressions run at all.
    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["password", "passwd", "pwd", "secret", "token", "authorization", "api_key", "api-key", "apikey", "cookie",
            "connectionstring", "bearer", "basic ", "eyJ", "://"],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>True where a field of this name holds a secret, whatever its value looks like.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>The text without the secrets that can be recognised in it.</summary>
    public static string Text(string text)
    {
        if (!text.AsSpan().ContainsAny(Signs))
        {
            return text;
        }

        text = Credentials().Replace(text, "$1 " + Mask);
        text = Assignment().Replace(text, "$1$2" + Mask);
        text = JsonWebToken().Replace(text, Mask);
        return UserInfo().Replace(text, "$1" + Mask + "@");
    }

    /// <summary>A value as text, invariant and without secrets.</summary>
    public static string Value(object value) =>
        Text(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "");

    [GeneratedRegex("password|passwd|secret|token|authorization|api[-_]?key|cookie|connectionstring", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // Bearer eyJ…, Basic dXNlcjpw…
    [GeneratedRegex(@"\b(bearer|basic)\s+(?!\*\*\*)[A-Za-z0-9\-._~+/]{6,}=*", RegexOptions.IgnoreCase)]
    private static partial Regex Credentials();

    // password=…, "apiKey": "…", token: …; up to the end of the quoted or of the plain value.
    [GeneratedRegex(
        @"\b([\w\-]*(?:password|passwd|pwd|secret|token|authorization|api[-_]?key|cookie|connectionstring)[\w\-]*)(""?\s*[=:]\s*)(?!\*\*\*|(?:bearer|basic)\s)(?:""(?:[^""\\]|\\.)*""|'[^']*'|[^\s;,&""'}\])]+)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"eyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*")]
    private static partial Regex JsonWebToken();

    // amqp://user:secret@host
    [GeneratedRegex(@"(://[^/\s:@]*:)[^@\s/]+@")]
    private static partial Regex UserInfo();
}
