using Portolan.Cli.Logs;

namespace Portolan.Cli.Tests.Logs;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_full_file_makes_room_and_one_older_is_kept()
    {
        var path = folder["a.log"];
        using (var log = new LogFile(path, maximumBytes: 10))
        {
            foreach (var line in new[] { "one", "two", "three", "four" })
            {
                log.Append(line);
            }
        }

        Assert.Equal(["four"], File.ReadAllLines(path));
        Assert.Equal(["three"], File.ReadAllLines(path + ".1"));
    }

    [Fact]
    public void A_file_goes_on_where_the_last_run_ended()
    {
        foreach (var line in new[] { "one", "two" })
        {
            using var log = new LogFile(folder["a.log"]);
            log.Append(line);
        }

        Assert.Equal(["one", "two"], File.ReadAllLines(folder["a.log"]));
    }

    [Fact]
    public void A_follower_sees_what_is_appended_also_across_a_rotation()
    {
        using var log = new LogFile(folder["a-1.log"], maximumBytes: 10);
        log.Append("old");
        var seen = new List<string>();
        using var follower = new LogFollower(folder.Path, new LogQuery("a", null, 10), (instance, line) => seen.Add($"{instance} {line.Raw}"));

        log.Append("one");
        follower.ReadOn();
        log.Append("two");
        log.Append("three");
        follower.ReadOn();

        Assert.Equal(["a-1 one", "a-1 two", "a-1 three"], seen);
    }
}
