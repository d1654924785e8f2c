using Portolan.Sagas.Coordination;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Coordination;

public sealed class OutcomeTests
{
    private readonly World world = new();

    [Fact]
    public async Task Every_step_succeeds_and_the_saga_is_completed_with_what_was_answered()
    {
        await using var platform = await Trip.StartAsync(world);

        var saga = await platform.BookAsync();
        Assert.Equal(("running", "book-flight"), (saga.Status, saga.CurrentStep));
        Assert.Equal(["open t"], await platform.EffectsAsync("agency"));

        await platform.RunUntilIdleAsync();

        saga = await platform.FindAsync(saga.Id);
        Assert.Equal("completed", saga.Status);
        Assert.Equal("completed completed completed completed completed", saga.Steps());
        Assert.Equal(new TripState("t") { Seat = "12A" }, saga.State);
        Assert.Equal(["book t", "send t"], await platform.EffectsAsync("airline"));
        Assert.Equal(["pay t"], await platform.EffectsAsync("bank"));
        Assert.Equal(["open t", "confirm t"], await platform.EffectsAsync("agency"));
    }

    [Fact]
    public async Task A_refusal_before_the_pivot_undoes_what_was_done_and_skips_the_rest()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("book"));

        var saga = await platform.BookAsync();
        await platform.RunUntilIdleAsync();

        saga = await platform.FindAsync(saga.Id);
        Assert.Equal("compensated", saga.Status);
        Assert.Equal("compensated failed skipped skipped skipped", saga.Steps());
        Assert.Equal("close-trip", saga.Steps[0].Compensation);
        Assert.Null(saga.Steps[1].Compensation);
        Assert.Equal("NO", saga.FailedStep?.Error?.Code);
        Assert.Empty(await platform.EffectsAsync("airline"));
    }

    [Fact]
    public async Task A_refused_pivot_undoes_everything_in_reverse_order()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("pay"));

        var saga = await platform.BookAsync();
        await platform.RunUntilIdleAsync();

        saga = await platform.FindAsync(saga.Id);
        Assert.Equal("compensated", saga.Status);
        Assert.Equal("compensated compensated failed skipped skipped", saga.Steps());
        Assert.Equal(["book t", "cancel t"], await platform.EffectsAsync("airline"));
        Assert.Equal(["open t", "close t"], await platform.EffectsAsync("agency"));
    }

    [Fact]
    public async Task After_the_pivot_a_refusal_is_tried_again_until_it_succeeds()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("send", 4).Refuse("confirm", 4));

        var saga = await platform.BookAsync();
        await platform.SettleAsync();

        Assert.Equal("completed", (await platform.FindAsync(saga.Id)).Status);
        Assert.Equal(["book t", "send t"], await platform.EffectsAsync("airline"));
    }

    [Fact]
    public async Task A_retriable_step_that_never_succeeds_needs_attention_and_is_retried_by_an_operator()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("send", 1_000));
        var id = (await platform.BookAsync()).Id;
        await platform.SettleAsync();

        var saga = await platform.FindAsync(id);
        Assert.Equal(("needs-attention", "send-tickets"), (saga.Status, saga.CurrentStep));
        Assert.Equal("NO", saga.Steps[3].Error?.Code);

        Assert.True(await platform["agency"].Sagas.ResumeAsync(id, skip: false));
        await platform.SettleAsync();
        Assert.Equal("needs-attention", (await platform.FindAsync(id)).Status);

        world.Repair("send");
        Assert.True(await platform["agency"].Sagas.ResumeAsync(id, skip: false));
        Assert.False(await platform["agency"].Sagas.ResumeAsync(id, skip: false));
        await platform.SettleAsync();
        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
    }

    [Fact]
    public async Task An_operator_may_take_a_step_as_done()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("send", 1_000));
        var id = (await platform.BookAsync()).Id;
        await platform.SettleAsync();

        Assert.True(await platform["agency"].Sagas.ResumeAsync(id, skip: true));
        await platform.RunUntilIdleAsync();

        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
        Assert.Equal(["book t"], await platform.EffectsAsync("airline"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_compensation_that_never_succeeds_needs_attention_and_then_goes_on(bool skip)
    {
        await using var platform = await Trip.StartAsync(world.Refuse("pay").Refuse("cancel", 1_000));
        var id = (await platform.BookAsync()).Id;
        await platform.SettleAsync();

        var saga = await platform.FindAsync(id);
        Assert.Equal(("needs-attention", "book-flight"), (saga.Status, saga.CurrentStep));
        Assert.Equal("No cancel.", saga.Steps[1].Error?.Message);
        Assert.Equal("pay", saga.FailedStep?.Name);

        world.Repair("cancel");
        Assert.True(await platform["agency"].Sagas.ResumeAsync(id, skip));
        await platform.SettleAsync();

        saga = await platform.FindAsync(id);
        Assert.Equal("compensated", saga.Status);
        Assert.Equal("compensated compensated failed skipped skipped", saga.Steps());
        Assert.Null(saga.Steps[1].Error);
        Assert.Equal(skip ? ["book t"] : ["book t", "cancel t"], await platform.EffectsAsync("airline"));
    }

    [Fact]
    public async Task A_saga_whose_first_step_throws_was_never_started()
    {
        await using var platform = await Trip.StartAsync(world.Throw("open"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => platform.BookAsync(key: "k"));

        Assert.Empty(await platform["agency"].Sagas.ListAsync());
        Assert.Empty(await platform.EffectsAsync("agency"));
        await platform.BookAsync(key: "k");
        Assert.Single(await platform["agency"].Sagas.ListAsync());
    }

    [Theory]
    [InlineData(3, "completed")]
    [InlineData(1_000, "needs-attention")]
    public async Task A_local_step_that_throws_is_tried_again_and_in_the_end_needs_attention(int times, string status)
    {
        await using var platform = await Trip.StartAsync(world.Throw("confirm", times));
        var id = (await platform.BookAsync()).Id;

        await platform.SettleAsync();

        var saga = await platform.FindAsync(id);
        Assert.Equal(status, saga.Status);
        Assert.Equal("completed", saga.Steps[3].Status);
        Assert.Equal(times == 3 ? null : "EXCEPTION", saga.Steps[4].Error?.Code);
        Assert.Equal(0, await platform["agency"].DeadLetters.CountAsync());

        world.Repair("confirm");
        Assert.Equal(times != 3, await platform["agency"].Sagas.ResumeAsync(id, skip: false));
        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
        Assert.Equal(["open t", "confirm t"], await platform.EffectsAsync("agency"));
    }

    [Theory]
    [InlineData(3, "compensated")]
    [InlineData(1_000, "needs-attention")]
    public async Task A_local_compensation_that_throws_is_tried_again_and_in_the_end_needs_attention(int times, string status)
    {
        await using var platform = await Trip.StartAsync(world.Refuse("book").Throw("close", times));
        var id = (await platform.BookAsync()).Id;

        await platform.SettleAsync();

        Assert.Equal((status, status == "compensated" ? null : "open-trip"), ((await platform.FindAsync(id)).Status, (await platform.FindAsync(id)).CurrentStep));
        Assert.Equal("NO", (await platform.FindAsync(id)).FailedStep?.Error?.Code);
        world.Repair("close");
        await platform["agency"].Sagas.ResumeAsync(id, skip: false);
        Assert.Equal("compensated", (await platform.FindAsync(id)).Status);
        Assert.Equal(["open t", "close t"], await platform.EffectsAsync("agency"));
    }

    [Fact]
    public async Task Sagas_that_throw_are_in_nobodys_way()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("confirm", 5).Throw("confirm", 200));
        for (var trip = 0; trip < 5; trip++)
        {
            await platform.BookAsync($"t-{trip}");
        }

        await platform.SettleAsync();

        var sagas = await platform["agency"].Sagas.ListAsync();
        Assert.All(sagas, saga => Assert.Equal(SagaStatus.NeedsAttention, saga.Status));
    }

    [Fact]
    public async Task A_saga_goes_on_in_whatever_instance_there_is_after_a_crash()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("send", 2));
        var id = (await platform.BookAsync()).Id;
        while ((await platform.FindAsync(id)).Status == SagaStatus.Running)
        {
            await platform.RestartAsync("agency");
            await platform.RestartAsync("airline");
            await platform.RunOnceAsync();
            platform.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
        Assert.Equal(["book t", "send t"], await platform.EffectsAsync("airline"));
        Assert.Equal(["pay t"], await platform.EffectsAsync("bank"));
    }
}
