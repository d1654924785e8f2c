namespace Portolan.Cli.Running;

/// <summary>A system runs exactly as long as its lock file is held; the operating system lets go of it on any death.</summary>
internal static class SystemLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Null when another <c>up</c> runs this system.</summary>
    public static async Task<FileStream?> TryAcquireAsync(SystemPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(paths.Root);
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(paths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(begun) < Patience)
            {
                // A passing 'ps' looks at the lock for an instant, which must not refuse an 'up'.
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>True while an <c>up</c> runs this system.</summary>
    public static bool IsHeld(SystemPaths paths)
    {
        try
        {
            using var probe = new FileStream(paths.Lock, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
