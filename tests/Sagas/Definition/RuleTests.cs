using Portolan.Hosting.Configuration;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Definition;

public sealed class RuleTests
{
    [Fact]
    public void A_sound_definition_has_no_errors() => Assert.Empty(new TripSaga(new World()).Errors());

    [Fact]
    public void A_step_that_cannot_be_undone_is_refused_before_the_pivot() => Error(
        saga => saga.Step("a").Do(Nothing).Pivot("b").Do(Nothing),
        "Saga any: step a stands before the pivot and cannot be undone; add .Compensate(…), or make it the Pivot.");

    [Fact]
    public void A_step_that_does_nothing_is_refused() => Error(saga => saga.Pivot("a"), "Saga any: step a does nothing; add .Do(…).");

    [Fact]
    public void A_compensable_step_after_the_pivot_is_refused() => Error(
        saga => saga.Pivot("a").Do(Nothing).Step("b").Do(Nothing).Compensate("undo-b", Nothing),
        "Saga any: step b comes after the pivot, where nothing is undone; make it Retriable.");

    [Fact]
    public void A_retriable_step_before_the_pivot_is_refused() => Error(
        saga => saga.Retriable("a").Do(Nothing),
        "Saga any: retriable step a comes before any pivot; move it behind the Pivot, or make it a Step with .Compensate(…).");

    [Fact]
    public void Two_pivots_are_refused() => Error(
        saga => saga.Pivot("a").Do(Nothing).Pivot("b").Do(Nothing), "Saga any has 2 pivots; there is one point of no return.");

    [Fact]
    public void Two_steps_of_one_name_are_refused() => Error(
        saga => saga.Pivot("a").Do(Nothing).Retriable("a").Do(Nothing), "Saga any has 2 steps named a; names must differ.");

    [Fact]
    public void No_steps_are_refused() => Error(_ => { }, "Saga any has no steps; add them in Define.");

    [Fact]
    public async Task A_service_with_a_bad_definition_does_not_start()
    {
        var error = await Assert.ThrowsAsync<PortolanConfigurationException>(
            () => TestPlatform.StartAsync(platform => platform.Service("agency", parts => parts.Saga(new Any(_ => { })))));

        Assert.Contains("has no steps", error.Message, StringComparison.Ordinal);
    }

    private static ValueTask<Core.Handlers.Rejection?> Nothing(TripState state, SagaContext context) => default;

    private static void Error(Action<SagaBuilder<TripState>> define, string error) => Assert.Equal([error], new Any(define).Errors());

    private sealed class Any(Action<SagaBuilder<TripState>> define) : Saga<BookTrip, TripState>
    {
        public override string Name => "any";

        public override ValueTask<SagaStart<TripState>> StartAsync(BookTrip request, IServiceProvider services, CancellationToken cancellationToken) =>
            ValueTask.FromResult<SagaStart<TripState>>(new TripState(request.Trip!));

        protected override void Define(SagaBuilder<TripState> saga) => define(saga);
    }
}
