using System.Diagnostics;
using Portolan.Core.Correlation;
using Portolan.Core.Telemetry;

namespace Portolan.Core.Tests.Correlation;

public sealed class CorrelationContextTests
{
    [Theory]
    [InlineData("0196f3a0c0de7000a000000000000001")]
    [InlineData("user-42_x.y:z/a+b=")]
    public void An_identifier_that_is_well_formed_is_passed_on(string id)
    {
        var context = CorrelationContext.Start(TimeProvider.System, id, id);

        Assert.Equal(id, context.CorrelationId);
        Assert.Equal(id, context.ParentRequestId);
        Assert.NotEqual(id, context.RequestId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("\"quoted\"")]
    [InlineData("<script>")]
    [InlineData("naïve")]
    public void An_identifier_that_is_not_starts_a_user_action_of_its_own(string? id)
    {
        var context = CorrelationContext.Start(TimeProvider.System, id, id);

        Assert.Equal(context.RequestId, context.CorrelationId);
        Assert.Null(context.ParentRequestId);
    }

    [Fact]
    public void An_identifier_may_be_128_characters_long_and_no_longer()
    {
        Assert.Equal(new string('a', 128), CorrelationContext.Start(TimeProvider.System, new string('a', 128), null).CorrelationId);
        Assert.NotEqual(new string('a', 129), CorrelationContext.Start(TimeProvider.System, new string('a', 129), null).CorrelationId);
    }

    [Fact]
    public void An_activity_continues_the_trace_it_is_given_and_there_always_is_one()
    {
        const string traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using (var activity = PortolanTelemetry.Start("handle", ActivityKind.Consumer, traceParent))
        {
            Assert.Equal("0af7651916cd43dd8448eb211c80319c", CorrelationContext.TraceId);
            Assert.Equal("b7ad6b7169203331", activity.ParentSpanId.ToHexString());
        }

        using var other = PortolanTelemetry.Start("handle", ActivityKind.Consumer, "not a trace");
        Assert.Equal(other.TraceId.ToHexString(), CorrelationContext.TraceId);
        Assert.NotEqual("0af7651916cd43dd8448eb211c80319c", CorrelationContext.TraceId);
    }
}
