using System.Text;

namespace Portolan.Cli.Logs;

/// <summary>The raw output of one instance on disk: bounded in size, with one older file kept beside it.</summary>
internal sealed class LogFile : IDisposable
{
    public const long DefaultMaximumBytes = 10 * 1024 * 1024;

    private readonly string path;
    private readonly long maximumBytes;
    private readonly Lock writing = new();
    private FileStream? stream;

    public LogFile(string path, long maximumBytes = DefaultMaximumBytes)
    {
        this.path = path;
        this.maximumBytes = maximumBytes;
        stream = Open();
    }

    /// <summary>Where the older lines are.</summary>
    public static string OlderOf(string path) => path + ".1";

    /// <summary>Appends a line; both outputs of a process come here at once.</summary>
    public void Append(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (writing)
        {
            try
            {
                Write(bytes);
            }
            catch (IOException)
            {
                // A full disk costs log lines; if it stopped the reading of the output, it would stop the service.
            }
        }
    }

    public void Dispose()
    {
        lock (writing)
        {
            stream?.Dispose();
            stream = null;
        }
    }

    private void Write(byte[] bytes)
    {
        if (stream is not null && stream.Length > 0 && stream.Length + bytes.Length > maximumBytes)
        {
            stream.Dispose();
            File.Move(path, OlderOf(path), overwrite: true);
            stream = Open();
        }

        stream?.Write(bytes);
    }

    // Unbuffered: 'logs --follow' sees a line at once, and a killed 'up' loses none.
    private FileStream Open() =>
        new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
