using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Resilience.Timeouts;

namespace Portolan.Resilience.Tests.Timeouts;

public sealed class DeadlineHeadersTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("2500", 2_500)]
    [InlineData("999999999", 999_999_999)]
    public void Milliseconds_are_read(string value, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), DeadlineHeaders.Parse(value));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("soon")]
    [InlineData("1000000000")]
    [InlineData("99999999999999999999")]
    [InlineData("\u0661")]
    public void What_is_no_positive_number_of_them_is_ignored(string value) => Assert.Null(DeadlineHeaders.Parse(value));

    [Theory]
    [InlineData("1H", 3_600_000)]
    [InlineData("2M", 120_000)]
    [InlineData("3S", 3_000)]
    [InlineData("4m", 4)]
    [InlineData("5000u", 5)]
    [InlineData("6000000n", 6)]
    [InlineData("0S", 0)]
    [InlineData("99999999H", 99_999_999 * 3_600_000.0)]
    public void What_gRPC_says_is_read(string value, double milliseconds) =>
        Assert.Equal(milliseconds, DeadlineHeaders.ParseGrpc(value)!.Value.TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("100000000n")]
    public void What_gRPC_would_not_say_is_ignored(string value) => Assert.Null(DeadlineHeaders.ParseGrpc(value));

    [Fact]
    public void Of_two_headers_the_smaller_counts_and_a_header_that_is_there_twice_does_not()
    {
        Assert.Null(Read(default, default));
        Assert.Equal(2, Read("2000", default));
        Assert.Equal(3, Read(default, "3S"));
        Assert.Equal(2, Read("2000", "3S"));
        Assert.Equal(1, Read("2000", "1S"));
        Assert.Equal(1, Read("no", "1S"));
        Assert.Null(Read(new StringValues(["1", "2"]), default));
    }

    [Fact]
    public void A_gRPC_time_comes_back_as_it_went_at_most_a_hundred_thousandth_less()
    {
        var ticks = Gen.Choose(0, 61).SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(low => (1L << bits) | ((long)low & ((1L << bits) - 1))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(ticks.ToArbitrary(), tick =>
        {
            var text = DeadlineHeaders.FormatGrpc(TimeSpan.FromTicks(tick));
            var back = DeadlineHeaders.ParseGrpc(text)!.Value.Ticks;
            return text.Length <= 9 && back <= tick && (tick - back) <= tick / 100_000;
        }));
        Assert.Equal("99999999H", DeadlineHeaders.FormatGrpc(TimeSpan.MaxValue));
        Assert.Equal("0n", DeadlineHeaders.FormatGrpc(TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void What_is_left_is_sent_on_a_little_less_and_never_less_than_a_millisecond()
    {
        Assert.Equal("995", Written(TimeSpan.FromSeconds(1)));
        Assert.Equal("1", Written(TimeSpan.FromMilliseconds(3)));
        Assert.Equal("1", Written(TimeSpan.Zero));
        Assert.Null(Written(TimeSpan.MaxValue));
    }

    [Fact]
    public void A_smaller_value_that_is_there_stays_and_any_other_is_replaced()
    {
        Assert.Equal("10", Written(TimeSpan.FromSeconds(1), "10"));
        Assert.Equal("995", Written(TimeSpan.FromSeconds(1), "5000"));
        Assert.Equal("995", Written(TimeSpan.FromSeconds(1), "soon"));
    }

    [Fact]
    public void A_gRPC_request_gets_gRPCs_header_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://inventory/stock.Stock/Reserve") { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new("application/grpc");
        DeadlineHeaders.Write(request, TimeSpan.FromSeconds(1));
        Assert.Equal("995000u", Assert.Single(request.Headers.GetValues("grpc-timeout")));
    }

    private static double? Read(StringValues own, StringValues grpc)
    {
        var headers = new HeaderDictionary();
        headers["X-Request-Timeout"] = own;
        headers["grpc-timeout"] = grpc;
        return DeadlineHeaders.Read(headers)?.TotalSeconds;
    }

    private static string? Written(TimeSpan remaining, string? there = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://inventory/stock");
        if (there is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Request-Timeout", there);
        }

        DeadlineHeaders.Write(request, remaining);
        return request.Headers.TryGetValues("X-Request-Timeout", out var values) ? Assert.Single(values) : null;
    }
}
