using Portolan.Hosting.Configuration;

namespace Portolan.Testing.Tests;

public sealed record Ping(int Number);

public sealed record Pong(int Number);

public sealed class TestPlatformTests
{
    private readonly List<int> heard = [];

    [Fact]
    public async Task A_test_sends_runs_and_looks()
    {
        await using var platform = await StartAsync();

        await platform["left"].Bus.SendAsync(new Ping(1));
        Assert.Empty(heard);
        await platform.RunUntilIdleAsync();

        Assert.Equal([1], heard);
        Assert.Equal(["ping.v1", "pong.v1"], platform.Bus.Messages.Select(message => message.Type));
    }

    [Fact]
    public async Task A_service_that_is_down_finds_its_messages_when_it_is_up_again()
    {
        await using var platform = await StartAsync();
        platform["right"].IsDown = true;
        await platform["left"].Bus.SendAsync(new Ping(1));
        await platform.RunUntilIdleAsync();
        Assert.Empty(heard);

        platform["right"].IsDown = false;
        await platform.RunUntilIdleAsync();

        Assert.Equal([1], heard);
    }

    [Fact]
    public async Task A_service_keeps_its_store_and_its_place_when_it_is_started_again()
    {
        await using var platform = await StartAsync();
        await platform["left"].Bus.SendAsync(new Ping(1));
        await platform.RestartAsync("left");
        await platform.RunUntilIdleAsync();
        await platform.RestartAsync("right");
        await platform["left"].Bus.SendAsync(new Ping(2));
        await platform.RunUntilIdleAsync();

        Assert.Equal([1, 2], heard);
    }

    [Fact]
    public async Task Retries_come_when_time_is_let_pass()
    {
        var failures = 2;
        await using var platform = await TestPlatform.StartAsync(p => p.Service("left", parts => parts
            .Command<Ping>("ping.v1").Answer<Ping>(ping => { if (failures-- > 0) throw new InvalidOperationException(); heard.Add(ping.Number); return null; })));

        await platform["left"].Bus.SendAsync(new Ping(1));
        await platform.RunUntilIdleAsync();
        Assert.Empty(heard);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        await platform.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([1], heard);
    }

    [Fact]
    public async Task A_run_with_a_seed_repeats_itself()
    {
        var first = await RunAsync();
        heard.Clear();
        Assert.Equal(first, await RunAsync());
        Assert.NotEqual(Enumerable.Range(0, 30), first);
        Assert.Equal(Enumerable.Range(0, 30), first.Order());

        async Task<List<int>> RunAsync()
        {
            await using var platform = await StartAsync(builder =>
            {
                (builder.Bus.Random, builder.Bus.Batch, builder.Bus.Duplicates, builder.Bus.Reordering) = (new Random(7), 1, 0.5, 0.5);
            });
            for (var number = 0; number < 30; number++)
            {
                await platform["left"].Bus.SendAsync(new Ping(number));
            }

            await platform.RunUntilIdleAsync();
            return [.. heard];
        }
    }

    [Fact]
    public async Task Messages_without_end_are_an_error_that_names_them()
    {
        await using var platform = await TestPlatform.StartAsync(p => p.Service("left", parts => parts
            .Event<Ping>("ping.v1").Event<Pong>("pong.v1")
            .Answer<Ping>(ping => new Pong(ping.Number)).Answer<Pong>(pong => new Ping(pong.Number))));
        await platform["left"].Bus.SendAsync(new Ping(1));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => platform.RunUntilIdleAsync(maximumRounds: 50));

        Assert.Contains("ping.v1, pong.v1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_cannot_start_says_why_and_leaves_nothing_behind()
    {
        var error = await Assert.ThrowsAsync<PortolanConfigurationException>(
            () => TestPlatform.StartAsync(p => p.Service("left", parts => parts.Command<Ping>("ping.v1"))));

        Assert.Contains("ping.v1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assembly_that_is_no_service_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => TestPlatform.StartAsync(p => p.Service("left", typeof(string).Assembly)));

    private Task<TestPlatform> StartAsync(Action<TestPlatformBuilder>? configure = null) => TestPlatform.StartAsync(platform =>
    {
        configure?.Invoke(platform);
        platform
            .Service("left", parts => parts.Command<Ping>("ping.v1", "right"))
            .Service("right", parts => parts.Command<Ping>("ping.v1", "right").Event<Pong>("pong.v1")
                .Answer<Ping>(ping => { heard.Add(ping.Number); return new Pong(ping.Number); }));
    });
}
