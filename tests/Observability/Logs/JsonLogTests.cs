using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portolan.Core.Correlation;
using Portolan.Core.Telemetry;

namespace Portolan.Observability.Tests.Logs;

public sealed partial class JsonLogTests
{
    private readonly Captured captured = new();

    [Fact]
    public void An_event_is_one_line_with_time_level_service_ids_message_and_fields()
    {
        using var activity = PortolanTelemetry.Start("test", System.Diagnostics.ActivityKind.Server, null);
        CorrelationContext.Current = new CorrelationContext("request-1", "action-1", null);
        Log.Placed(captured.CreateLogger("Shop.Orders"), "order-7", 3);
        CorrelationContext.Current = null;

        var line = Assert.Single(captured.Lines);
        Assert.Equal(
            ["timestamp", "level", "service", "traceId", "spanId", "requestId", "correlationId", "message", "eventName", "category", "fields"],
            line.EnumerateObject().Select(property => property.Name));
        Assert.Equal("2026-03-04T05:06:07.089Z", line.GetProperty("timestamp").GetString());
        Assert.Equal("info", line.GetProperty("level").GetString());
        Assert.Equal("orders", line.GetProperty("service").GetString());
        Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("traceId").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), line.GetProperty("spanId").GetString());
        Assert.Equal("request-1", line.GetProperty("requestId").GetString());
        Assert.Equal("action-1", line.GetProperty("correlationId").GetString());
        Assert.Equal("Order order-7 placed with 3 items", line.GetProperty("message").GetString());
        Assert.Equal("OrderPlaced", line.GetProperty("eventName").GetString());
        Assert.Equal("Shop.Orders", line.GetProperty("category").GetString());
        Assert.Equal("""{"orderId":"order-7","items":3}""", line.GetProperty("fields").GetRawText());
    }

    [Fact]
    public void Ids_that_are_not_there_are_left_out()
    {
        captured.CreateLogger("c").LogInformation("plain");

        var names = captured.Lines.Single().EnumerateObject().Select(property => property.Name);
        Assert.Equal(["timestamp", "level", "service", "message", "category"], names);
    }

    [Fact]
    public void A_moment_is_written_as_ISO_8601_has_it()
    {
        captured.CreateLogger("c").LogInformation("until {Until:u}", new DateTime(2026, 12, 21, 19, 32, 1, DateTimeKind.Utc));

        Assert.Equal("2026-12-21T19:32:01Z", captured.Lines.Single().GetProperty("fields").GetProperty("until").GetString());
    }

    [Fact]
    public void A_message_of_several_lines_and_odd_characters_stays_one_line()
    {
        captured.CreateLogger("c").LogWarning("first\nsecond \"quoted\" {Value}", "lone \ud800 surrogate\u0001");

        var line = Assert.Single(captured.Lines);
        Assert.StartsWith("first\nsecond \"quoted\" lone", line.GetProperty("message").GetString());
    }

    [Fact]
    public void An_exception_has_type_message_stack_and_what_caused_it()
    {
        try
        {
            throw new InvalidOperationException("outer", new ArgumentException("password=hunter2"));
        }
        catch (InvalidOperationException exception)
        {
            captured.CreateLogger("c").LogError(exception, "failed");
        }

        var logged = captured.Lines.Single().GetProperty("exception");
        Assert.Equal("System.InvalidOperationException", logged.GetProperty("type").GetString());
        Assert.Equal("outer", logged.GetProperty("message").GetString());
        Assert.Contains(nameof(An_exception_has_type_message_stack_and_what_caused_it), logged.GetProperty("stack").GetString());
        Assert.Equal("password=***", logged.GetProperty("inner").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(LogLevel.Trace, "trace")]
    [InlineData(LogLevel.Debug, "debug")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Warning, "warn")]
    [InlineData(LogLevel.Error, "error")]
    [InlineData(LogLevel.Critical, "critical")]
    public void Levels_are_lower_case_words(LogLevel level, string word)
    {
        captured.CreateLogger("c").Log(level, "x");

        Assert.Equal(word, captured.Lines.Single().GetProperty("level").GetString());
    }

    [Fact]
    public void Values_keep_their_type()
    {
        captured.CreateLogger("c").LogInformation("{A} {B} {C} {D} {E}", true, 1.5, null, TimeSpan.FromSeconds(2), 12345678901L);

        Assert.Equal(
            """{"a":true,"b":1.5,"c":null,"d":"00:00:02","e":12345678901}""",
            captured.Lines.Single().GetProperty("fields").GetRawText());
    }

    [Fact]
    public void Many_threads_write_whole_lines()
    {
        var logger = captured.CreateLogger("c");
        Parallel.For(0, 500, index => logger.LogInformation("event {Number}", index));

        var numbers = captured.Lines.Select(line => line.GetProperty("fields").GetProperty("number").GetInt32());
        Assert.Equal(Enumerable.Range(0, 500), numbers.Order());
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Order {OrderId} placed with {Items} items", EventName = "OrderPlaced")]
        public static partial void Placed(ILogger logger, string orderId, int items);
    }
}
