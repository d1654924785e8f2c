using Portolan.Testing;

namespace Portolan.Sagas.Tests.Coordination;

public sealed class TimeoutTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly World world = new();

    [Fact]
    public async Task A_compensable_step_that_does_not_answer_is_undone_and_comes_to_nothing_when_it_arrives_at_last()
    {
        await using var platform = await Trip.StartAsync(world);
        platform["airline"].IsDown = true;
        var id = (await platform.BookAsync()).Id;
        await platform.RunUntilIdleAsync();

        await platform.AdvanceAsync(Timeout);
        await platform.AdvanceAsync(TimeSpan.FromSeconds(1));
        var saga = await platform.FindAsync(id);
        Assert.Equal(("compensating", "book-flight"), (saga.Status, saga.CurrentStep));
        Assert.Equal("TIMEOUT", saga.FailedStep?.Error?.Code);

        platform["airline"].IsDown = false;
        await platform.RunUntilIdleAsync();

        saga = await platform.FindAsync(id);
        Assert.Equal("compensated", saga.Status);
        Assert.Equal("compensated failed skipped skipped skipped", saga.Steps());
        Assert.Equal("cancel-flight", saga.Steps[1].Compensation);
        Assert.Equal(["book t", "cancel t"], await platform.EffectsAsync("airline"));
    }

    [Fact]
    public async Task A_compensation_that_overtakes_its_step_wins()
    {
        await using var platform = await Trip.StartAsync(world);
        platform["airline"].IsDown = true;
        var id = (await platform.BookAsync()).Id;
        await platform.RunUntilIdleAsync();
        await platform.AdvanceAsync(Timeout);
        await platform.AdvanceAsync(TimeSpan.FromSeconds(1));

        // The bus delivers the second message first.
        var airline = platform["airline"].Get<Messaging.MessagingRuntime>();
        await airline.HandleAsync([platform.Bus.Messages.Single(message => message.Type == "cancel-flight.v1")]);
        await airline.HandleAsync([platform.Bus.Messages.Single(message => message.Type == "book-flight.v1")]);
        platform["airline"].IsDown = false;
        await platform.RunUntilIdleAsync();

        Assert.Equal(["cancel t"], await platform.EffectsAsync("airline"));
        Assert.Equal("compensated", (await platform.FindAsync(id)).Status);
        Assert.Contains(platform.Bus.Messages, message => System.Text.Encoding.UTF8.GetString(message.Body.Span).Contains("COMPENSATED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pivot_that_does_not_answer_in_time_is_asked_again_and_done_once()
    {
        await using var platform = await Trip.StartAsync(world);
        platform["bank"].IsDown = true;
        var id = (await platform.BookAsync()).Id;
        await platform.RunUntilIdleAsync();
        for (var time = 0; time < 4; time++)
        {
            await platform.AdvanceAsync(Timeout);
        }

        var sent = platform.Bus.Messages.Where(message => message.Type == "pay.v1").ToList();
        Assert.True(sent.Count > 1);
        Assert.Single(sent.Select(message => message.Id).Distinct());
        Assert.Equal("running", (await platform.FindAsync(id)).Status);

        platform["bank"].IsDown = false;
        await platform.RunUntilIdleAsync();

        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
        Assert.Equal(["pay t"], await platform.EffectsAsync("bank"));
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_saga_was_given_up_still_counts()
    {
        await using var platform = await Trip.StartAsync(world);
        platform["bank"].IsDown = true;
        var id = (await platform.BookAsync()).Id;
        await platform.RunUntilIdleAsync();
        for (var time = 0; time < 40; time++)
        {
            await platform.AdvanceAsync(Timeout);
        }

        Assert.Equal(("needs-attention", "pay"), ((await platform.FindAsync(id)).Status, (await platform.FindAsync(id)).CurrentStep));

        platform["bank"].IsDown = false;
        await platform.RunUntilIdleAsync();

        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
        Assert.Equal(["pay t"], await platform.EffectsAsync("bank"));
    }

    [Fact]
    public async Task A_pivot_refused_after_its_time_undoes_what_was_before()
    {
        await using var platform = await Trip.StartAsync(world.Refuse("pay"));
        platform["bank"].IsDown = true;
        var id = (await platform.BookAsync()).Id;
        await platform.RunUntilIdleAsync();
        await platform.AdvanceAsync(Timeout);

        platform["bank"].IsDown = false;
        await platform.RunUntilIdleAsync();

        Assert.Equal("compensated", (await platform.FindAsync(id)).Status);
        Assert.Equal(["book t", "cancel t"], await platform.EffectsAsync("airline"));
    }

    [Fact]
    public async Task A_late_answer_to_a_step_that_was_undone_changes_nothing()
    {
        await using var platform = await Trip.StartAsync(world);
        var id = (await platform.BookAsync()).Id;
        platform["agency"].IsDown = true;
        await platform["agency"].Get<Messaging.MessagingRuntime>().RunOnceAsync();
        await platform.RunUntilIdleAsync(); // booked; the answer waits on the bus
        platform["agency"].IsDown = false;
        platform["airline"].IsDown = true;
        platform.Clock.Advance(Timeout);
        await platform["agency"].Get<SagaRuntime>().RunOnceAsync(); // the time-out comes first
        await platform.RunUntilIdleAsync();
        Assert.Equal("compensating", (await platform.FindAsync(id)).Status);

        platform["airline"].IsDown = false;
        await platform.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("compensated", (await platform.FindAsync(id)).Status);
        Assert.Equal(["book t", "cancel t"], await platform.EffectsAsync("airline"));
        Assert.Empty(await platform.EffectsAsync("bank"));
    }

    [Fact]
    public async Task A_step_that_is_a_dead_letter_at_its_participant_is_completed_by_the_redrive()
    {
        await using var platform = await Trip.StartAsync(world.Throw("send", 5));
        var id = (await platform.BookAsync()).Id;
        await platform.RunUntilIdleAsync();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await platform.AdvanceAsync(TimeSpan.FromSeconds(20));
        }

        var letter = Assert.Single(await platform["airline"].DeadLetters.ListAsync(10));
        await platform["airline"].DeadLetters.RedriveAsync(letter.Id);
        await platform.RunUntilIdleAsync();

        Assert.Equal("completed", (await platform.FindAsync(id)).Status);
        Assert.Equal(["book t", "send t"], await platform.EffectsAsync("airline"));
    }
}
