using System.Text;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>
/// Strings of header names and values that were met before, so that the same bytes need not become a new string each time.
/// Bounded: what falls on a taken place replaces what is there.
/// </summary>
internal sealed class HeaderTexts
{
    private const int Places = 512;
    private const int Longest = 64;

    private readonly Entry?[] entries = new Entry?[Places];

    /// <summary>The bytes as Latin-1 text.</summary>
    public string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > Longest)
        {
            return Encoding.Latin1.GetString(bytes);
        }

        // Races are harmless: an entry is whole or not there.
        ref var place = ref entries[Hash(bytes) % Places];
        if (place is { } known && known.Bytes.AsSpan().SequenceEqual(bytes))
        {
            return known.Text;
        }

        var text = Encoding.Latin1.GetString(bytes);
        place = new Entry(bytes.ToArray(), text);
        return text;
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (uint)bytes.Length;
        foreach (var one in bytes)
        {
            hash = (hash * 31) + one;
        }

        return hash ^ (hash >> 15);
    }

    private sealed record Entry(byte[] Bytes, string Text);
}
