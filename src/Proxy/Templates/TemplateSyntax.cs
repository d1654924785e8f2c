namespace Portolan.Proxy.Templates;

/// <summary>What templates of paths have in common.</summary>
internal static class TemplateSyntax
{
    /// <summary>Null when the text can be a path with holes in it, else what is wrong.</summary>
    public static string? Check(string text)
    {
        if (text.Length == 0 || text[0] != '/')
        {
            return $"'{text}' must begin with '/'.";
        }

        if (text.Any(character => character is <= ' ' or '\\' or '#' or > '~'))
        {
            return $"'{text}' has a character that a path cannot have; write it percent-encoded.";
        }

        return text.Split('?')[0].Split('/').Any(segment => segment is "." or "..")
            ? $"'{text}' may not have '.' or '..' as a segment."
            : null;
    }

    public static bool IsName(string name) =>
        name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
