using System.Text;
using Portolan.Core.Identity;
using Portolan.Core.Problems;
using Portolan.Messaging;
using Portolan.Messaging.Envelopes;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Coordination;

public sealed class DuplicateTests
{
    private readonly World world = new();

    [Theory]
    [InlineData("f", "pay.v1")]
    [InlineData("c", "cancel-flight.v1")]
    public async Task An_answer_that_is_given_twice_under_two_ids_moves_the_saga_once(string direction, string once)
    {
        await using var platform = await Trip.StartAsync(direction == "c" ? world.Refuse("pay") : world);
        var id = (await platform.BookAsync()).Id;
        for (var round = 0; round < 20; round++)
        {
            await platform.RunOnceAsync();
            var known = platform.Bus.Messages.Where(message => message.Type == Reply.TypeName).ToList();
            await platform["agency"].Get<MessagingRuntime>().HandleAsync([.. known.Select(reply => reply with { Id = Ids.New(platform.Clock), Key = null })]);
        }

        Assert.Equal(direction == "c" ? "compensated" : "completed", (await platform.FindAsync(id)).Status);
        Assert.Single(platform.Bus.Messages, message => message.Type == once);
        Assert.Single(platform.Bus.Messages, message => message.Type == "pay.v1");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0193a000-0000-7000-8000-000000000000/1/f/0")]
    [InlineData("{id}/99/f/0")]
    [InlineData("{id}/1/c/0")]
    [InlineData("{id}/1/f/7")]
    [InlineData("{id}/2/f/0")]
    [InlineData("{id}/-1/f/0")]
    public async Task An_answer_nobody_waits_for_changes_nothing(string token)
    {
        await using var platform = await Trip.StartAsync(world);
        platform["airline"].IsDown = true;
        var before = await platform.BookAsync();
        await platform.RunUntilIdleAsync();

        await AnswerAsync(platform, token.Replace("{id}", $"{before.Id}", StringComparison.Ordinal));

        var after = await platform.FindAsync(before.Id);
        Assert.Equal((1, "running", "book-flight"), (after.Version, after.Status, after.CurrentStep));
        Assert.Equal(0, await platform["agency"].DeadLetters.CountAsync());
    }

    [Fact]
    public async Task The_same_key_starts_one_saga_however_many_ask_at_once()
    {
        await using var platform = await Trip.StartAsync(world);

        var sagas = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => platform.BookAsync(key: "k"))));

        Assert.Single(sagas.Select(saga => saga.Id).Distinct());
        Assert.Equal(["open t"], await platform.EffectsAsync("agency"));
    }

    [Fact]
    public async Task A_repetition_that_would_be_refused_by_now_gets_the_saga_too()
    {
        await using var platform = await Trip.StartAsync(world);
        var refusing = new RefusesTheSecond();
        var agency = platform["agency"];

        await using var other = await TestPlatform.StartAsync(p => p.Service("agency", parts => parts.Saga(refusing)));
        agency = other["agency"];
        var both = await Task.WhenAll(Start(), Start());

        Assert.Equal(both[0], both[1]);
        Assert.Equal(both[0], await Start());
        await Assert.ThrowsAsync<ProblemException>(async () => await agency.Sagas.StartAsync(refusing, new BookTrip("t"), "another"));

        async Task<Guid> Start() => (await agency.Sagas.StartAsync(refusing, new BookTrip("t"), "k")).Id;
    }

    [Fact]
    public async Task Another_request_or_another_callback_under_the_same_key_is_refused()
    {
        await using var platform = await Trip.StartAsync(world);
        await platform.BookAsync("t", "k");

        Assert.Equal(422, (await Assert.ThrowsAsync<ProblemException>(() => platform.BookAsync("other", "k"))).Problem.Status);
        var definition = platform.Definition();
        Assert.Equal(422, (await Assert.ThrowsAsync<ProblemException>(
            async () => await platform["agency"].Sagas.StartAsync(definition, new BookTrip("t"), "k", "http://localhost/elsewhere"))).Problem.Status);
    }

    private static Task AnswerAsync(TestPlatform platform, string token) => platform["agency"].Get<MessagingRuntime>().HandleAsync([new Envelope
    {
        Id = Ids.New(platform.Clock), Type = Reply.TypeName, Source = "airline", Destination = "agency", Time = platform.Clock.GetUtcNow(),
        Body = Encoding.UTF8.GetBytes($$"""{"token":"{{token}}","rejection":null,"value":{"seat":"1A"} }"""),
    }]);

    private sealed class RefusesTheSecond : Saga<BookTrip, TripState>
    {
        private readonly TaskCompletionSource bothLooked = new();
        private int started;

        public override string Name => "twice";

        // Two ask at once; the second is checked only after the first has been accepted.
        public override async ValueTask<SagaStart<TripState>> StartAsync(BookTrip request, IServiceProvider services, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref started) == 1)
            {
                return new TripState(request.Trip!);
            }

            await bothLooked.Task.WaitAsync(cancellationToken);
            return KnownProblems.NotFound("There is one already.");
        }

        protected override void Define(SagaBuilder<TripState> saga) =>
            saga.Pivot("only").Do((_, context) => { context.Transaction.OnCommitted(() => bothLooked.TrySetResult()); return default; });
    }
}
