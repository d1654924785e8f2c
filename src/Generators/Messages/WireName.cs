using System.Text.RegularExpressions;

namespace Portolan.Generators.Messages;

/// <summary>The form of a name on the wire.</summary>
internal static class WireName
{
    private static readonly Regex Form = new(@"^([a-z0-9-]+\.)+v[1-9][0-9]*\z", RegexOptions.CultureInvariant);

    public static bool IsWellFormed(string name) => Form.IsMatch(name);

    /// <summary>The nearest well-formed name, to show in the message.</summary>
    public static string Suggest(string name, string typeName)
    {
        var words = Regex.Replace(name.Length > 0 ? name : typeName, "([a-z0-9])([A-Z])", "$1-$2").ToLowerInvariant();
        var clean = Regex.Replace(Regex.Replace(words, "[^a-z0-9.]+", "-"), @"\.{2,}", ".").Trim('.', '-');
        return IsWellFormed(clean) ? clean : $"{(clean.Length > 0 ? clean : "message")}.v1";
    }
}
