using System.Buffers.Binary;

namespace Portolan.Core.Identity;

/// <summary>Identifiers: UUID version 7, so that rows written together lie together in an index.</summary>
public static class Ids
{
    private const int Size = 16;

    /// <summary>A new identifier carrying the clock's current millisecond; its other 74 bits are random.</summary>
    public static Guid New(TimeProvider clock)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes, clock);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A new identifier as 32 lower-case hexadecimal digits, for headers.</summary>
    public static string NewText(TimeProvider clock)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes, clock);
        return Convert.ToHexStringLower(bytes);
    }

    // RFC 9562, 5.7: 48 bits of milliseconds, the version, 12 random bits, the variant, 62 random bits.
    private static void Write(Span<byte> bytes, TimeProvider clock)
    {
        RandomStock.Take(bytes);
        var time = clock.GetUtcNow().ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(time >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)time);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
    }
}
