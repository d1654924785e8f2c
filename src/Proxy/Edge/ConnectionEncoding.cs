using System.Text;

namespace Portolan.Proxy.Edge;

/// <summary>
/// Reads the values of <c>Connection</c>. The server in front of us keeps of <c>close, X-Secret</c> only the word that it
/// understands itself, and with the rest forgets which headers must not be passed on. What it does not take for that one word
/// alone it keeps whole.
/// </summary>
internal sealed class ConnectionEncoding : Encoding
{
    private const string KeepAlive = "keep-alive";

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetCharCount(byte[] bytes, int index, int count) => Read(bytes.AsSpan(index, count)).Length;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var text = Read(bytes.AsSpan(byteIndex, byteCount));
        text.CopyTo(chars.AsSpan(charIndex));
        return text.Length;
    }

    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    public override int GetMaxCharCount(int byteCount) => byteCount + ", ".Length + KeepAlive.Length;

    // Two of the server's words in one line, and it keeps the line. To stay is the rule, and who says both ends the connection,
    // so keep-alive may be added to the others, and left out beside what the server does not know. It cannot be beside nothing:
    // clients of HTTP/1.0 mean it.
    private static string Read(ReadOnlySpan<byte> bytes)
    {
        var text = Latin1.GetString(bytes);
        if (text.Equals(KeepAlive, StringComparison.OrdinalIgnoreCase))
        {
            return text;
        }

        var options = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(option => !option.Equals(KeepAlive, StringComparison.OrdinalIgnoreCase)).ToArray();
        return string.Join(", ", options.Any(IsKnown) || options.Length == 0 ? [.. options, KeepAlive] : options);
    }

    private static bool IsKnown(string option) =>
        option.Equals("close", StringComparison.OrdinalIgnoreCase) || option.Equals("upgrade", StringComparison.OrdinalIgnoreCase);
}
