using Portolan.Cli.Logs;

namespace Portolan.Cli.Tests.Logs;

public sealed class LogLineTests
{
    [Theory]
    [InlineData("""{"timestamp":"2026-01-02T12:00:01.123Z","level":"info","service":"orders","message":"Order placed"}""", "12:00:01.123 info  Order placed")]
    [InlineData("""{"timestamp":"2026-01-02T12:00:01.123Z","level":"warn","message":"Slow","fields":{"a":1}}""", "12:00:01.123 warn  Slow")]
    [InlineData("""{"timestamp":"2026-01-02T12:00:01.123Z","level":"Information","message":"Old spelling"}""", "12:00:01.123 info  Old spelling")]
    [InlineData("""{"timestamp":"2026-01-02T12:00:01.123Z","level":"error","message":"No","exception":"System.Exception: why"}""", "12:00:01.123 error No\nSystem.Exception: why")]
    [InlineData("""{"timestamp":"2026-01-02T12:00:01.123Z","level":"error","message":"No","exception":{"type":"A","message":"why","stack":"   at X","inner":{"type":"B","message":"because"}}}""", "12:00:01.123 error No\nA: why\n   at X\ncaused by B: because")]
    [InlineData("""{"message":"no time"}""", """{"message":"no time"}""")]
    [InlineData("""{"timestamp":"yesterday","message":"no time"}""", """{"timestamp":"yesterday","message":"no time"}""")]
    [InlineData("{ not json", "{ not json")]
    [InlineData("[1]", "[1]")]
    [InlineData("Unhandled exception. System.Exception", "Unhandled exception. System.Exception")]
    [InlineData("", "")]
    public void A_json_line_becomes_readable_and_everything_else_stays_as_it_is(string raw, string rendered) =>
        Assert.Equal(rendered, LogLine.Parse(raw).Render(TimeZoneInfo.Utc));

    [Theory]
    [InlineData("t1", true)]
    [InlineData("T1", true)]
    [InlineData("c1", true)]
    [InlineData("r1", true)]
    [InlineData("t", false)]
    public void A_line_belongs_to_its_trace_correlation_and_request(string id, bool belongs) =>
        Assert.Equal(belongs, LogLine.Parse("""{"traceId":"t1","correlationId":"c1","requestId":"r1"}""").Has(id));
}
