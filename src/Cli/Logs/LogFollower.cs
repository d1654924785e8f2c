namespace Portolan.Cli.Logs;

/// <summary>Reads what is appended to the log files of a system from now on, also across their rotation.</summary>
internal sealed class LogFollower : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private readonly string folder;
    private readonly LogQuery query;
    private readonly Action<string, LogLine> onLine;
    private readonly Dictionary<string, Followed> files = [];

    public LogFollower(string folder, LogQuery query, Action<string, LogLine> onLine)
    {
        this.folder = folder;
        this.query = query;
        this.onLine = onLine;
        foreach (var instance in query.Instances(folder))
        {
            files[instance] = Open(instance, fromEnd: true);
        }
    }

    /// <summary>Until cancelled, or until the system ends.</summary>
    public async Task RunAsync(Func<bool> isRunning, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var over = !isRunning();
            ReadOn();
            if (over)
            {
                return;
            }

            await Task.Delay(Step, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives out what is there and was not given out yet.</summary>
    public void ReadOn()
    {
        foreach (var instance in query.Instances(folder))
        {
            if (!files.TryGetValue(instance, out var file))
            {
                file = files[instance] = Open(instance, fromEnd: false);
            }

            // The open file stays the same when it is renamed: its rest is read before the new one is opened.
            file.ReadToEnd();
            if (file.WasReplaced())
            {
                file.Dispose();
                files[instance] = Open(instance, fromEnd: false);
                files[instance].ReadToEnd();
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in files.Values)
        {
            file.Dispose();
        }
    }

    private Followed Open(string instance, bool fromEnd)
    {
        var path = Path.Combine(folder, instance + ".log");
        return new Followed(path, fromEnd, line =>
        {
            if (LogLine.Parse(line) is var parsed && query.Wants(parsed))
            {
                onLine(instance, parsed);
            }
        });
    }

    private sealed class Followed : IDisposable
    {
        // Lines begin with their time, so that two files differ in what they begin with.
        private const int Beginning = 128;

        private readonly string path;
        private readonly FileStream stream;
        private readonly LineSplitter splitter;

        public Followed(string path, bool fromEnd, Action<string> onLine)
        {
            this.path = path;
            stream = Open(path);
            stream.Seek(0, fromEnd ? SeekOrigin.End : SeekOrigin.Begin);
            splitter = new LineSplitter(onLine);
        }

        /// <summary>True when the path leads to another file than the one that is open.</summary>
        public bool WasReplaced()
        {
            using var current = Open(path);
            Span<byte> ours = stackalloc byte[Beginning];
            Span<byte> theirs = stackalloc byte[Beginning];
            var length = RandomAccess.Read(current.SafeFileHandle, theirs, 0);
            return current.Length < stream.Position
                || !theirs[..length].StartsWith(ours[..Math.Min(length, RandomAccess.Read(stream.SafeFileHandle, ours, 0))]);
        }

        public void ReadToEnd()
        {
            Span<byte> buffer = stackalloc byte[8192];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                splitter.Add(buffer[..read]);
            }
        }

        public void Dispose() => stream.Dispose();

        private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }
}
