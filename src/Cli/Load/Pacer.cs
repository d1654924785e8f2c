using System.Runtime.InteropServices;

namespace Portolan.Cli.Load;

/// <summary>
/// Calls resting connections when requests are due, from a thread of its own: the base library's timers are a millisecond
/// late, which is more than many servers take.
/// </summary>
internal sealed partial class Pacer(LoadDesk desk)
{
    // While all are busy, whoever gets free takes the next turn itself; this is how soon one that rests is noticed.
    private const long Glance = TimeSpan.TicksPerMillisecond / 10;
    private const long Nap = 50 * TimeSpan.TicksPerMillisecond;
    private volatile bool done;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "pacer" }.Start();

    /// <summary>All connections have ended.</summary>
    public void Finish() => done = true;

    private void Run()
    {
        while (!done)
        {
            var now = desk.Clock.Now;
            if (now >= desk.Schedule.End)
            {
                Dismiss();
                Rest(Glance);
            }
            else if (desk.Schedule.NextDue > now)
            {
                // A schedule may be stopped while we wait.
                Rest(Math.Min(Math.Min(desk.Schedule.NextDue, desk.Schedule.End) - now, Nap));
            }
            else if (!desk.Resting.TryDequeue(out var connection))
            {
                Rest(Glance);
            }
            else if (desk.Schedule.TryTake(now, out var due))
            {
                connection.Call(due);
            }
            else
            {
                desk.Resting.Enqueue(connection);
            }
        }
    }

    private void Dismiss()
    {
        while (desk.Resting.TryDequeue(out var connection))
        {
            connection.Call(LoadConnection.Over);
        }
    }

    private static void Rest(long ticks)
    {
        if (OperatingSystem.IsWindows())
        {
            using var never = new ManualResetEvent(false);
            never.WaitOne(1);
            return;
        }

        var length = new Timespec(0, (nint)Math.Max(1, ticks) * 100);
        _ = Sleep(in length, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(in Timespec length, nint rest);

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);
}
