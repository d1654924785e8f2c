using Portolan.Cli.Logs;

namespace Portolan.Cli.Tests.Logs;

public sealed class LogQueryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public LogQueryTests()
    {
        folder.Write("orders-1.log.1", Line(1, "a", "t1"));
        folder.Write("orders-1.log", Line(3, "c", "t2") + "plain text\n" + Line(6, "f", "t1"));
        folder.Write("orders-2.log", Line(2, "b", "t2"));
        folder.Write("stock-1.log", Line(4, "d", "t1") + Line(5, "e", "t3"));
        folder.Write("up.log", "ours\n");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void All_instances_are_merged_by_time_and_lines_without_one_stay_with_their_neighbour() =>
        Assert.Equal(["a", "b", "c", "plain text", "d", "e", "f"], Read(new LogQuery(null, null, 100)));

    [Fact]
    public void Only_the_newest_lines_are_given() =>
        Assert.Equal(["e", "f"], Read(new LogQuery(null, null, 2)));

    [Theory]
    [InlineData("orders", "a b c plain text f")]
    [InlineData("orders-2", "b")]
    [InlineData("order", "")]
    [InlineData("up", "")]
    public void A_service_means_all_its_instances(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', Read(new LogQuery(name, null, 100))));

    [Fact]
    public void A_trace_is_followed_across_services_and_into_the_older_file() =>
        Assert.Equal(["a", "d", "f"], Read(new LogQuery(null, "t1", 100)));

    private IEnumerable<string> Read(LogQuery query) =>
        query.Read(folder.Path, query.Instances(folder.Path)).Select(line => line.Line.Message ?? line.Line.Raw);

    private static string Line(int second, string message, string trace) =>
        $$"""{"timestamp":"2026-01-02T12:00:0{{second}}.000Z","level":"info","message":"{{message}}","traceId":"{{trace}}"}""" + "\n";
}
