using System.Buffers;

namespace Portolan.Proxy.Caching.Storage;

/// <summary>Takes down a body as it passes, up to a size. The memory is the store's to give.</summary>
internal sealed class CaptureBuffer(CacheStore store, int limit)
{
    private const int Least = 4096;

    private byte[] buffer = [];
    private int length;

    public int Length => length;

    /// <summary>False when it is too large, or memory is short; what was taken down is gone then.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > limit - length || !TryGrow(length + bytes.Length))
        {
            Free();
            return false;
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
        return true;
    }

    /// <summary>All of it, in memory of its own.</summary>
    public byte[] ToArray() => buffer.AsSpan(0, length).ToArray();

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        if (buffer.Length > 0)
        {
            store.Release(buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
        }

        (buffer, length) = ([], 0);
    }

    private bool TryGrow(int size)
    {
        if (size <= buffer.Length)
        {
            return true;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Least, Math.Max(size, (int)Math.Min(limit, 2L * buffer.Length))));
        if (!store.TryReserve(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        buffer.AsSpan(0, length).CopyTo(larger);
        if (buffer.Length > 0)
        {
            store.Release(buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = larger;
        return true;
    }
}
