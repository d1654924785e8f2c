using System.Text;

namespace Portolan.Cli.Logs;

/// <summary>Cuts a stream of bytes into lines without ever holding more than one line of bounded length.</summary>
internal sealed class LineSplitter(Action<string> onLine)
{
    /// <summary>A longer line is cut here and goes on as the next one.</summary>
    public const int MaximumBytes = 64 * 1024;

    private readonly byte[] line = new byte[MaximumBytes];
    private int length;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            var taken = Math.Min(part.Length, MaximumBytes - length);
            part[..taken].CopyTo(line.AsSpan(length));
            length += taken;
            if (taken < part.Length)
            {
                Flush();
                bytes = bytes[taken..];
            }
            else if (end < 0)
            {
                return;
            }
            else
            {
                Emit();
                bytes = bytes[(end + 1)..];
            }
        }
    }

    /// <summary>Gives out what has no line end yet.</summary>
    public void Flush()
    {
        if (length > 0)
        {
            Emit();
        }
    }

    private void Emit()
    {
        var text = Encoding.UTF8.GetString(line, 0, length).TrimEnd('\r');
        length = 0;
        onLine(text);
    }
}
