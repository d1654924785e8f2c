namespace Portolan.Sqlite.Tests;

/// <summary>Looks again until something is so, for tests whose other side is a loop or a process.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<ValueTask<bool>> condition, string what, int seconds = 15)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(seconds), "In time: " + what);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static Task IsTrueAsync(Func<bool> condition, string what, int seconds = 15) =>
        IsTrueAsync(() => ValueTask.FromResult(condition()), what, seconds);
}
