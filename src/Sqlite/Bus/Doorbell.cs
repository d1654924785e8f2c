using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Portolan.Messaging.Signals;

namespace Portolan.Sqlite.Bus;

/// <summary>
/// Wakes the readers of a log over loopback UDP. It is a hint: a datagram that is lost costs one poll interval. Each
/// process announces its port in a file of the bus folder and touches that file while it lives.
/// </summary>
internal sealed class Doorbell : IDisposable
{
    private static readonly TimeSpan Touch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan AfterError = TimeSpan.FromMilliseconds(10);

    private readonly string folder;
    private readonly string announcement;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, SourceSignal> signals = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();
    private IPEndPoint[] listeners = [];
    private DateTime listed;
    private long listedAt;

    public Doorbell(string busFolder)
    {
        folder = Path.Combine(busFolder, "doorbells");
        Directory.CreateDirectory(folder);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        announcement = Path.Combine(folder, ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
        Announce();
        _ = Task.Run(ListenAsync);
        _ = Task.Run(AnnounceAsync);
    }

    /// <summary>Set at a ring for a log that nobody here reads yet.</summary>
    public WakeSignal Newcomer { get; } = new SourceSignal();

    /// <summary>The signal of one log; set at every ring for it.</summary>
    public WakeSignal For(string source) => signals.GetOrAdd(source, _ => new SourceSignal());

    /// <summary>Says to every process that the log of <paramref name="source"/> has grown. Never throws: the log is what counts.</summary>
    public void Ring(string source)
    {
        var message = Encoding.UTF8.GetBytes(source);
        foreach (var listener in Listeners())
        {
            try
            {
                socket.SendTo(message, listener);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // The listener has ended, or its buffer is full and it will look anyway.
            }
        }
    }

    public void Dispose()
    {
        stopping.Cancel();
        socket.Dispose();
        Remove(announcement);
    }

    // The folder's time tells of a change, except of one in the same tick of the disk's clock as our last look.
    private IPEndPoint[] Listeners()
    {
        try
        {
            var changed = Directory.GetLastWriteTimeUtc(folder);
            if (changed != listed || TimeProvider.System.GetElapsedTime(listedAt) > Touch)
            {
                listedAt = TimeProvider.System.GetTimestamp();
                listeners = [.. new DirectoryInfo(folder).EnumerateFiles().Select(Listener).OfType<IPEndPoint>()];
                listed = changed;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whom we knew is rung; the others poll.
        }

        return listeners;
    }

    private static IPEndPoint? Listener(FileInfo file) =>
        int.TryParse(file.Name, out var port) && port is > 0 and <= ushort.MaxValue ? new IPEndPoint(IPAddress.Loopback, port) : null;

    private async Task ListenAsync()
    {
        var buffer = new byte[256];
        var anyone = new IPEndPoint(IPAddress.Loopback, 0);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, stopping.Token);
                    var source = Encoding.UTF8.GetString(buffer.AsSpan(0, received.ReceivedBytes));
                    (signals.TryGetValue(source, out var signal) ? signal : Newcomer).Set();
                }
                catch (SocketException)
                {
                    // An earlier ring met a closed port; that is reported here.
                    await Task.Delay(AfterError, TimeProvider.System, stopping.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    // Processes that were killed leave their file; whoever lives removes it, so that rings do not grow with every crash.
    private async Task AnnounceAsync()
    {
        using var timer = new PeriodicTimer(Touch, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    Announce();
                    RemoveStale();
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    // The folder is gone for now: polling still finds every message.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    // Written anew, not only touched: after a machine has slept, whoever wakes first takes everybody for dead.
    private void Announce()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(announcement, "");
        File.SetLastWriteTimeUtc(announcement, TimeProvider.System.GetUtcNow().UtcDateTime);
    }

    private void RemoveStale()
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (TimeProvider.System.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > Stale)
            {
                Remove(file.FullName);
            }
        }
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody else did, or the whole folder went.
        }
    }

    private sealed class SourceSignal : WakeSignal;
}
