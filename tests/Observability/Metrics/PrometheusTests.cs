using System.Diagnostics.Metrics;
using Portolan.Observability.Metrics;

namespace Portolan.Observability.Tests.Metrics;

public sealed class PrometheusTests : IDisposable
{
    private readonly Meter meter = new($"Test {Guid.NewGuid()}");
    private readonly MetricStore store;

    public PrometheusTests() => store = new MetricStore([meter.Name]);

    public void Dispose()
    {
        store.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_by_its_labels()
    {
        var requests = meter.CreateCounter<long>("shop.orders", "{order}", "Orders placed.");
        requests.Add(2, new("result", "confirmed"), new("channel", "web"));
        requests.Add(1, new("result", "cancelled"), new("channel", "web"));
        requests.Add(3, new("result", "confirmed"), new("channel", "web"));
        Assert.Equal(
            """
            # HELP shop_orders_total Orders placed.
            # TYPE shop_orders_total counter
            shop_orders_total{result="cancelled",channel="web"} 1
            shop_orders_total{result="confirmed",channel="web"} 5

            """, Sorted());
    }

    [Fact]
    public void A_histogram_counts_each_value_in_its_bucket_and_all_above()
    {
        var duration = meter.CreateHistogram("pay.duration", "s", "How long.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7])
        {
            duration.Record(value);
        }

        Assert.Equal(
            """
            # HELP pay_duration_seconds How long.
            # TYPE pay_duration_seconds histogram
            pay_duration_seconds_bucket{le="0.1"} 2
            pay_duration_seconds_bucket{le="1"} 3
            pay_duration_seconds_bucket{le="+Inf"} 4
            pay_duration_seconds_sum 7.65
            pay_duration_seconds_count 4

            """.ReplaceLineEndings("\n"), store.Text());
    }

    [Fact]
    public void Gauges_tell_the_last_value_and_what_goes_up_and_down_the_sum()
    {
        meter.CreateGauge<int>("limit").Record(7);
        var size = meter.CreateUpDownCounter<long>("cache.size", "By");
        size.Add(10);
        size.Add(-4);
        var text = store.Text();
        Assert.Contains("\n# TYPE limit gauge\nlimit 7\n", text);
        Assert.Contains("# TYPE cache_size_bytes gauge\ncache_size_bytes 6\n", text);
    }

    [Fact]
    public void What_is_observed_is_asked_for_each_time_and_forgotten_when_it_is_gone()
    {
        var breakers = new List<string> { "a", "b" };
        meter.CreateObservableGauge("breaker.state", () => breakers.Select((name, index) => new Measurement<long>(index, new KeyValuePair<string, object?>("name", name))));
        Assert.Contains("breaker_state{name=\"b\"} 1\n", store.Text());
        breakers.Remove("b");
        var text = store.Text();
        Assert.Contains("breaker_state{name=\"a\"} 0\n", text);
        Assert.DoesNotContain("name=\"b\"", text);
    }

    [Fact]
    public void A_label_may_hold_anything()
    {
        meter.CreateCounter<int>("odd").Add(1, new KeyValuePair<string, object?>("odd.label", "a\"b\\c\nd"), new("number", 7), new("none", null));
        Assert.Contains("odd_total{odd_label=\"a\\\"b\\\\c\\nd\",number=\"7\",none=\"\"} 1\n", store.Text());
    }

    [Fact]
    public void There_are_only_so_many_series()
    {
        var visits = meter.CreateCounter<int>("visits");
        for (var visitor = 0; visitor < MetricFamily.MostSeries + 10; visitor++)
        {
            visits.Add(1, new KeyValuePair<string, object?>("visitor", visitor));
        }

        // Those that are there go on.
        visits.Add(1, new KeyValuePair<string, object?>("visitor", 5));
        var text = store.Text();
        Assert.Equal(MetricFamily.MostSeries, text.Split('\n').Count(line => line.StartsWith("visits_total{", StringComparison.Ordinal)));
        Assert.Contains("visits_total{visitor=\"5\"} 2\n", text);
        Assert.Contains("# 10 measurements with further labels were dropped.\n", text);
    }

    [Fact]
    public async Task Nothing_is_lost_between_threads()
    {
        var calls = meter.CreateCounter<long>("calls");
        var lengths = meter.CreateHistogram<int>("lengths");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var call = 0; call < 50_000; call++)
            {
                calls.Add(1, new KeyValuePair<string, object?>("part", call % 100));
                lengths.Record(call % 3);
            }
        })));
        var text = store.Text();
        Assert.Equal(100, text.Split('\n').Count(line => line.StartsWith("calls_total{", StringComparison.Ordinal) && line.EndsWith(" 2000", StringComparison.Ordinal)));
        Assert.Contains("lengths_count 200000\n", text);
    }

    [Fact]
    public void Recording_into_a_series_allocates_nothing()
    {
        var calls = meter.CreateHistogram<double>("calls");
        var route = "/orders/{id}";
        calls.Record(0.1, new("route", route), new("status", "2xx"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            calls.Record(0.1, new("route", route), new("status", "2xx"));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Series come in no order.
    private string Sorted() => string.Join('\n', store.Text().Split('\n').OrderBy(line => line.Length == 0 ? "~" : line, StringComparer.Ordinal));
}
