using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Portolan.Discovery.Selection.Policies;

/// <summary>A hash that is the same in every process and version: replicas of a caller must agree where a key belongs.</summary>
internal static class KeyHash
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD6E8FEB86659FD93;

    public static ulong Of(ReadOnlySpan<char> key)
    {
        var bytes = MemoryMarshal.AsBytes(key);
        var hash = First ^ (ulong)bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Second);
        }

        var rest = 0UL;
        foreach (var part in bytes)
        {
            rest = (rest << 8) | part;
        }

        return Mix(hash ^ rest);
    }

    /// <summary>Another hash of the same thing, for a second choice and the ones after it.</summary>
    public static ulong Again(ulong hash, int number) => Mix(hash + ((ulong)number * First));

    /// <summary>From 0 to below 1, and nothing to do with where the key belongs.</summary>
    public static double Chance(string key) => (Again(Of(key), int.MinValue) >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to below the bound, in proportion.</summary>
    public static int Scale(ulong hash, int bound) => (int)Math.BigMul(hash, (ulong)bound, out _);

    // Every bit of the result depends on every bit of the number.
    private static ulong Mix(ulong number)
    {
        number = (number ^ (number >> 32)) * Second;
        number = (number ^ (number >> 29)) * First;
        return number ^ (number >> 32);
    }

    private static ulong Fold(ulong one, ulong other)
    {
        var high = Math.BigMul(one, other, out var low);
        return high ^ low;
    }
}
