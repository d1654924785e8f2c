using Portolan.Cli.Load;

namespace Portolan.Cli.Tests.Load;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(12_345_678)]
    [InlineData(long.MaxValue)]
    public void A_single_duration_is_its_every_percentile(long ticks)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(ticks);

        Assert.Equal((ticks, ticks), (histogram.Percentile(0.001).Ticks, histogram.Percentile(0.999).Ticks));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    public void A_percentile_is_at_most_one_percent_too_high(double share)
    {
        var histogram = new LatencyHistogram();
        var values = Enumerable.Range(1, 100_000).Select(number => (long)number * number).ToArray();
        Array.ForEach(values, histogram.Add);

        var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
        Assert.InRange(histogram.Percentile(share).Ticks, exact, (long)(exact * 1.01));
        Assert.Equal(values[^1], histogram.Maximum.Ticks);
    }

    [Fact]
    public async Task Threads_that_add_at_once_lose_nothing()
    {
        var histogram = new LatencyHistogram();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var number = 0; number < 50_000; number++)
            {
                histogram.Add((number * 4) + thread);
            }
        })));

        Assert.Equal((200_000, 199_999), (histogram.Count, histogram.Maximum.Ticks));
    }
}
