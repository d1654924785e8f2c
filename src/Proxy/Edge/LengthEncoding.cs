using System.Text;

namespace Portolan.Proxy.Edge;

/// <summary>
/// Reads the values of <c>Content-Length</c>. The server in front of us, once it is told any encoding, takes what .NET takes for a
/// number: a sign, blanks, a vertical tab, a zero byte behind it. Whatever is not digits alone becomes what is no number to it either.
/// </summary>
internal sealed class LengthEncoding : Encoding
{
    // No body is longer than so many digits tell, and no long is shorter.
    private const int MostDigits = 18;

    private const string NoNumber = "x";

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetCharCount(byte[] bytes, int index, int count) => GetCharCount(bytes.AsSpan(index, count));

    public override int GetCharCount(ReadOnlySpan<byte> bytes) => IsNumber(bytes) ? bytes.Length : NoNumber.Length;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    // The one the server calls, with room for few characters only.
    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        if (IsNumber(bytes))
        {
            return Latin1.GetChars(bytes, chars);
        }

        NoNumber.CopyTo(chars);
        return NoNumber.Length;
    }

    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    public override int GetMaxCharCount(int byteCount) => Math.Max(byteCount, NoNumber.Length);

    private static bool IsNumber(ReadOnlySpan<byte> bytes) => bytes.Length is > 0 and <= MostDigits && !bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
