using Microsoft.AspNetCore.Http;
using Portolan.Resilience.FaultInjection;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.FaultInjection;

public sealed class FaultsTests
{
    private readonly VirtualClock clock = new();
    private readonly Faults faults;

    public FaultsTests() => faults = new Faults(clock, new GivenRandom());

    [Fact]
    public void A_fault_ends_by_itself_and_leaves_nothing_to_ask()
    {
        Assert.True(faults.Set(new FaultRule("errors") { Error = true, Duration = TimeSpan.FromSeconds(60) }));
        clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.NotNull(faults.Strike());
        Assert.Equal((TimeSpan.FromSeconds(0.1), 1), (Assert.Single(faults.All).Remaining, faults.All[0].Hits));

        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Empty(faults.All);
        Assert.True(faults.Any);
        Assert.Null(faults.Strike());
        Assert.False(faults.Any);
    }

    [Fact]
    public void It_lasts_ten_minutes_where_nobody_says_how_long()
    {
        faults.Set(new FaultRule("errors") { Error = true });
        Assert.Equal(TimeSpan.FromMinutes(10), Assert.Single(faults.All).Remaining);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.3, 300)]
    [InlineData(0.5, 500)]
    [InlineData(1, 1000)]
    public void A_share_of_the_calls_is_hit(double share, int expected)
    {
        faults.Set(new FaultRule("errors") { Error = true, Share = share });
        Assert.Equal(expected, Enumerable.Range(0, 1000).Count(_ => faults.Strike() is not null));
        Assert.Equal(expected, faults.All[0].Hits);
    }

    [Fact]
    public void The_first_that_strikes_is_the_only_one()
    {
        faults.Set(new FaultRule("some") { Error = true, Share = 0.1 });
        faults.Set(new FaultRule("all") { Error = true });
        Assert.Equal(["some", .. Enumerable.Repeat("all", 9)], Enumerable.Range(0, 10).Select(_ => faults.Strike()!.Name));
    }

    [Fact]
    public void Setting_replaces_in_place_and_starts_anew()
    {
        faults.Set(new FaultRule("a") { Error = true });
        faults.Set(new FaultRule("b") { Error = true });
        faults.Strike();
        clock.Advance(TimeSpan.FromMinutes(5));
        faults.Set(new FaultRule("a") { Latency = TimeSpan.FromSeconds(1) });

        Assert.Equal(["a", "b"], faults.All.Select(fault => fault.Rule.Name));
        Assert.Equal((0, TimeSpan.FromMinutes(10)), (faults.All[0].Hits, faults.All[0].Remaining));
        Assert.Equal(1, faults.Clear("a"));
        Assert.Equal(0, faults.Clear("a"));
        Assert.Equal(1, faults.Clear());
        Assert.False(faults.Any);
    }

    [Fact]
    public void There_are_a_hundred_at_most_and_those_that_are_over_make_room()
    {
        for (var number = 0; number < 100; number++)
        {
            Assert.True(faults.Set(new FaultRule($"{number}") { Error = true, Duration = TimeSpan.FromSeconds(number + 1) }));
        }

        Assert.False(faults.Set(new FaultRule("more") { Error = true }));
        Assert.True(faults.Set(new FaultRule("99") { Abort = true }));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(faults.Set(new FaultRule("more") { Error = true }));
        Assert.Equal(100, faults.All.Count);
        Assert.Equal(100, faults.Clear());
    }

    [Theory]
    [InlineData(null, null, "/api/stock", true)]
    [InlineData("/", null, "/api/stock", true)]
    [InlineData("/api/stock", null, "/api/stock", true)]
    [InlineData("/api/stock/", null, "/API/Stock/7", true)]
    [InlineData("/api/stock", null, "/api/stocks", false)]
    [InlineData(null, "X-Game-Day", "/", true)]
    [InlineData(null, "x-game-day=on", "/", true)]
    [InlineData(null, "X-Game-Day=off", "/", false)]
    [InlineData(null, "X-Game-Day=", "/", false)]
    [InlineData(null, "X-Other", "/", false)]
    public void Requests_are_chosen_by_path_and_header(string? path, string? header, string request, bool hit)
    {
        faults.Set(new FaultRule("errors") { Error = true, Path = path, Header = header });
        var context = new DefaultHttpContext { Request = { Path = request, Headers = { ["X-Game-Day"] = "on" } } };
        Assert.Equal(hit, faults.Strike(context.Request) is not null);
        Assert.Equal(path is null && header is null, faults.Strike() is not null);
    }

    [Fact]
    public void A_status_and_a_broken_connection_are_not_for_pipelines()
    {
        faults.Set(new FaultRule("status") { Status = 503 });
        faults.Set(new FaultRule("abort") { Abort = true });
        Assert.Null(faults.Strike());
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var wrong = new FaultRule("a/b")
        {
            Latency = TimeSpan.FromSeconds(-1), Status = 200, Abort = true, Share = double.NaN, Path = "api", Header = "X Y", Duration = TimeSpan.FromHours(25),
        };
        Assert.Equal(["Name", "Latency", "Status", "Abort", "Share", "Path", "Header", "Duration"], wrong.Validate().Select(error => error.Split(':')[0]));
        Assert.Equal("Status: Give at least one effect: a latency, a status, an error or an abort.", Assert.Single(new FaultRule("none").Validate()));
        Assert.Contains("Fault 'none': Status: Give at least one", Assert.Throws<ArgumentException>(() => faults.Set(new FaultRule("none"))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => faults.Set(wrong));
        Assert.False(faults.Any);
    }

    [Fact]
    public void A_rule_reads_as_a_sentence_in_the_log() => Assert.Equal(
        "1500 ms late, status 503, share 0.5, path /api, header X-Game-Day=on, for 60 s",
        new FaultRule("a") { Latency = TimeSpan.FromSeconds(1.5), Status = 503, Share = 0.5, Path = "/api", Header = "X-Game-Day=on", Duration = TimeSpan.FromMinutes(1) }.ToString());

    [Fact]
    public async Task Threads_that_set_clear_and_ask_leave_exactly_what_was_set_last()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var round = 0; round < 2_000; round++)
            {
                faults.Set(new FaultRule($"{worker}") { Error = true });
                Assert.NotNull(faults.Strike());
                Assert.Equal(1, faults.Clear($"{worker}"));
            }

            faults.Set(new FaultRule($"last-{worker}") { Error = true });
        }, TestContext.Current.CancellationToken)));
        Assert.Equal(Enumerable.Range(0, 8).Select(worker => $"last-{worker}"), faults.All.Select(fault => fault.Rule.Name).Order());
    }
}
