namespace Portolan.Cli.Terminal;

/// <summary>One line that says what is going on and for how long; redrawn on a terminal, printed once elsewhere.</summary>
internal sealed class StatusLine(Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    /// <summary>Shows <paramref name="doing"/> until the work ends, then how it ended and the time that took.</summary>
    public async Task<T> WhileAsync<T>(string doing, Func<T, string> done, Task<T> work)
    {
        var begun = time.GetTimestamp();
        if (!screen.Interactive)
        {
            screen.Out.WriteLine($"{doing} …");
        }

        while (screen.Interactive && !work.IsCompleted)
        {
            screen.Out.Write($"\r\u001b[K{doing} … {time.GetElapsedTime(begun).TotalSeconds:0} s");
            await Task.WhenAny(work, Task.Delay(Step, time));
        }

        var result = await work;
        screen.Out.WriteLine($"{(screen.Interactive ? "\r\u001b[K" : "")}{done(result)} in {time.GetElapsedTime(begun).TotalSeconds:0.0} s");
        return result;
    }
}
