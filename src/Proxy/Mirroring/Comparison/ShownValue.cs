using System.Text.Json;
using System.Text.RegularExpressions;

namespace Portolan.Proxy.Mirroring.Comparison;

/// <summary>What an operator sees of a value: of a secret nothing, of a text its length unless texts may be shown.</summary>
internal readonly partial struct ShownValue(string field, bool showTexts)
{
    private const int Most = 80;

    private readonly bool isSecret = Secret().IsMatch(field);

    public string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "(missing)",
        JsonValueKind.Object => "(object)",
        JsonValueKind.Array => "(array)",
        JsonValueKind.Null => "null",
        JsonValueKind.String => Of(value.GetString()!),
        _ => isSecret ? "***" : Short(value.GetRawText()),
    };

    public string Of(string text) => isSecret ? "***" : showTexts ? Short(text) : text.Length == 0 ? "(empty)" : $"({text.Length} characters)";

    private static string Short(string text) => text.Length <= Most ? text : text[..Most] + "…";

    [GeneratedRegex("pass|secret|token|auth|api[-_]?key|cookie|session|credential|card|iban|ssn", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
