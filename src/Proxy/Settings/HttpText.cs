using System.Buffers;

namespace Portolan.Proxy.Settings;

/// <summary>What may stand in a message's head (RFC 9110, 5.5 and 5.6.2).</summary>
internal static class HttpText
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>True for what can be a header's name, a method or a cookie's name.</summary>
    public static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>True for what can be a header's value: printable, no line ends, no blanks around it.</summary>
    public static bool IsValue(string text) => text == text.Trim() && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
