using System.Collections.Concurrent;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Problems;
using Portolan.Sagas.Coordination;
using Portolan.Testing;

namespace Portolan.Sagas.Tests;

public sealed record BookTrip(string? Trip, string? CallbackUrl = null);

public sealed record TripState(string Trip)
{
    public string? Seat { get; init; }
}

public sealed record TripResult(string Trip, string? Seat);

public sealed record BookFlight(string Trip);

public sealed record CancelFlight(string Trip);

public sealed record FlightBooked(string Seat);

public sealed record Pay(string Trip);

public sealed record SendTickets(string Trip);

/// <summary>Local row, remote flight, remote pivot, remote and local steps that must succeed.</summary>
public sealed class TripSaga(World world) : Saga<BookTrip, TripState>
{
    public override string Name => "book-trip";

    public override ValueTask<SagaStart<TripState>> StartAsync(BookTrip request, IServiceProvider services, CancellationToken cancellationToken) =>
        ValueTask.FromResult<SagaStart<TripState>>(string.IsNullOrEmpty(request.Trip)
            ? KnownProblems.Invalid(new Dictionary<string, string[]> { ["trip"] = ["is missing"] })
            : new TripState(request.Trip));

    public override object Result(TripState state) => new TripResult(state.Trip, state.Seat);

    protected override void Define(SagaBuilder<TripState> saga) => saga
        .Step("open-trip").Do((trip, context) => LocalAsync("open", trip, context)).Compensate("close-trip", (trip, context) => LocalAsync("close", trip, context))
        .Step("book-flight").Do(trip => new BookFlight(trip.Trip)).Then<FlightBooked>((trip, flight) => trip with { Seat = flight.Seat })
            .Compensate("cancel-flight", trip => new CancelFlight(trip.Trip)).Timeout(TimeSpan.FromMinutes(10))
        .Pivot("pay").Do(trip => new Pay(trip.Trip)).Timeout(TimeSpan.FromMinutes(10))
        .Retriable("send-tickets").Do(trip => new SendTickets(trip.Trip)).Timeout(TimeSpan.FromMinutes(10))
        .Retriable("confirm-trip").Do((trip, context) => LocalAsync("confirm", trip, context));

    private async ValueTask<Rejection?> LocalAsync(string verb, TripState trip, SagaContext context)
    {
        await context.Transaction.ExecuteAsync($"insert into effects (what) values ({verb + " " + trip.Trip})");
        return world.Answer(verb);
    }
}

/// <summary>What the outside does when it is asked: by verb, what comes next; when nothing is planned, it agrees.</summary>
public sealed class World
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<Rejection?>>> plans = new();

    public World Refuse(string verb, int times = 1) => Plan(verb, times, () => new Rejection("NO", $"No {verb}."));

    public World Throw(string verb, int times = 1) => Plan(verb, times, () => throw new InvalidOperationException($"{verb} broke"));

    public World Repair(string verb)
    {
        plans.TryRemove(verb, out _);
        return this;
    }

    public Rejection? Answer(string verb) => plans.TryGetValue(verb, out var plan) && plan.TryDequeue(out var next) ? next() : null;

    private World Plan(string verb, int times, Func<Rejection?> outcome)
    {
        var plan = plans.GetOrAdd(verb, _ => new());
        for (var time = 0; time < times; time++)
        {
            plan.Enqueue(outcome);
        }

        return this;
    }
}

/// <summary>An agency that runs the saga, and the airline and the bank it asks.</summary>
internal static class Trip
{
    public const string Table = "create table effects (place integer primary key, what text not null);";

    public static async Task<TestPlatform> StartAsync(World world, Action<TestServiceOptions>? agency = null) => await TestPlatform.StartAsync(platform => platform
        .Service(
            "agency",
            parts => parts.Saga(new TripSaga(world))
                .Command<BookFlight>("book-flight.v1", "airline", message => message.Trip).Command<CancelFlight>("cancel-flight.v1", "airline", message => message.Trip)
                .Command<Pay>("pay.v1", "bank").Command<SendTickets>("send-tickets.v1", "airline"),
            options => { options.Schema(Table); agency?.Invoke(options); })
        .Service(
            "airline",
            parts => parts
                .Command<BookFlight>("book-flight.v1", key: message => message.Trip).Handle<BookFlight>((m, store) => DoAsync(world, "book", m.Trip, store, new FlightBooked("12A")))
                .Command<CancelFlight>("cancel-flight.v1", key: message => message.Trip).Handle<CancelFlight>((m, store) => DoAsync(world, "cancel", m.Trip, store))
                .Command<SendTickets>("send-tickets.v1").Handle<SendTickets>((m, store) => DoAsync(world, "send", m.Trip, store)),
            options => options.Schema(Table))
        .Service(
            "bank",
            parts => parts.Command<Pay>("pay.v1").Handle<Pay>((m, store) => DoAsync(world, "pay", m.Trip, store)),
            options => options.Schema(Table)));

    public static async Task<SagaInstance> BookAsync(this TestPlatform platform, string trip = "t", string? key = null, string? callback = null) =>
        await platform["agency"].Sagas.StartAsync(platform.Definition(), new BookTrip(trip, callback), key, callback);

    public static SagaDefinition Definition(this TestPlatform platform) => platform["agency"].Get<SagaCatalogue>().Find("book-trip")!;

    public static async Task<SagaInstance> FindAsync(this TestPlatform platform, Guid id) => (await platform["agency"].Sagas.FindAsync(id))!;

    public static string Steps(this SagaInstance saga) => string.Join(' ', saga.Steps.Select(step => step.Status));

    public static async Task<List<string>> EffectsAsync(this TestPlatform platform, string service) =>
        await platform[service].Store.QueryAsync($"select what from effects order by place", row => row.GetString(0));

    /// <summary>Lets so much time pass that every retry there is has come, in steps that let each one act.</summary>
    public static async Task SettleAsync(this TestPlatform platform)
    {
        await platform.RunUntilIdleAsync();
        for (var step = 0; step < 60; step++)
        {
            await platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        }
    }

    // A participant that refuses has done nothing; one that throws is rolled back.
    private static async ValueTask<object?> DoAsync(World world, string verb, string trip, StoreTransaction store, object? answer = null)
    {
        if (world.Answer(verb) is { } refusal)
        {
            return refusal;
        }

        await store.ExecuteAsync($"insert into effects (what) values ({verb + " " + trip})");
        return answer;
    }
}
