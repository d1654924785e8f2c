namespace Portolan.Sqlite.Storage;

/// <summary>A lock among the processes of one machine: the system frees it when its holder ends, in whatever way.</summary>
internal sealed class FileLock : IAsyncDisposable, IDisposable
{
    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>Null when another holds it.</summary>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (IsHeld(error.HResult))
        {
            return null;
        }
    }

    // EWOULDBLOCK on Linux and on macOS, a sharing violation on Windows. Anything else (no more files, a bad disk) is an error:
    // taken for a lock of somebody else's, it would stop the work for good and in silence.
    private static bool IsHeld(int code) => code is 11 or 35 or unchecked((int)0x80070020);

    public void Dispose() => file.Dispose();

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
