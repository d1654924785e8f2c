namespace Portolan.Proxy.Tunnels;

/// <summary>Follows WebSocket frames (RFC 6455, 5.2) as they pass by, to know where one ends and another may begin.</summary>
internal struct FrameBoundary
{
    private int headSize;
    private int headRead;
    private ulong length;
    private int lengthBytes;
    private ulong left;

    /// <summary>True between two frames.</summary>
    public readonly bool IsHere => headRead == 0 && left == 0;

    /// <summary>These bytes passed.</summary>
    public void Pass(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (left > 0)
            {
                var count = (int)Math.Min(left, (ulong)bytes.Length);
                left -= (ulong)count;
                bytes = bytes[count..];
                continue;
            }

            PassHead(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void PassHead(byte next)
    {
        headRead++;
        if (headRead == 2)
        {
            var small = next & 0x7f;
            lengthBytes = small switch { 126 => 2, 127 => 8, _ => 0 };
            length = lengthBytes == 0 ? (ulong)small : 0;
            headSize = 2 + lengthBytes + ((next & 0x80) != 0 ? 4 : 0);
        }
        else if (headRead > 2 && headRead <= 2 + lengthBytes)
        {
            length = (length << 8) | next;
        }

        if (headRead >= 2 && headRead == headSize)
        {
            (left, headRead) = (length, 0);
        }
    }
}
