using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Execution;
using Portolan.Resilience.Retry;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Retry;

public sealed class RetryBudgetTests
{
    private readonly VirtualClock clock = new();
    private readonly ResilienceCall call;

    public RetryBudgetTests() =>
        call = ResilienceCall<int, int>.Rent(new PipelineScope("inventory", clock, Random.Shared), new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);

    private enum Step
    {
        Success,
        Failure,
        Take,
        Second,
        LongPause,
    }

    [Fact]
    public void Tokens_answer_as_a_plain_count_of_thousandths_does()
    {
        var cases =
            from maximum in Gen.Choose(1, 20)
            from ratio in Gen.Choose(1, 1_000)
            from steps in Gen.ListOf(Gen.Elements(Step.Success, Step.Failure, Step.Take))
            select (maximum, ratio, steps);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), x =>
        {
            var budget = RetryBudget.Tokens(x.maximum, x.ratio / 1_000.0);
            var tokens = (decimal)x.maximum;
            return x.steps.All(step =>
            {
                switch (step)
                {
                    case Step.Success:
                        budget.Success(call);
                        tokens = Math.Min(x.maximum, tokens + (x.ratio / 1_000m));
                        return true;
                    case Step.Failure:
                        budget.Failure(call);
                        tokens = Math.Max(0, tokens - 1);
                        return true;
                    default:
                        return budget.TryTake(call) == tokens > x.maximum / 2m;
                }
            });
        }));
    }

    [Fact]
    public void A_share_answers_as_a_list_of_all_that_happened_in_the_last_ten_seconds_does()
    {
        var cases =
            from share in Gen.Choose(0, 1_000)
            from reserve in Gen.Choose(0, 2)
            from steps in Gen.ListOf(Gen.Frequency((10, Gen.Constant(Step.Success)), (10, Gen.Constant(Step.Take)), (2, Gen.Constant(Step.Second)), (1, Gen.Constant(Step.LongPause))))
            select (share, reserve, steps);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), x =>
        {
            var budget = RetryBudget.Share(x.share / 1_000.0, x.reserve);
            var history = new List<(long Second, int Amount)>();
            return x.steps.All(step =>
            {
                call.TimePassed();
                var second = clock.GetTimestamp() / clock.TimestampFrequency;
                switch (step)
                {
                    case Step.Success:
                        budget.Success(call);
                        history.Add((second, x.share));
                        return true;
                    case Step.Take:
                        var allowed = (x.reserve * 10_000) + history.Where(entry => entry.Second > second - 10).Sum(entry => entry.Amount) >= 1_000;
                        history.Add((second, allowed ? -1_000 : 0));
                        return budget.TryTake(call) == allowed;
                    default:
                        clock.Advance(TimeSpan.FromSeconds(step == Step.Second ? 1 : 13));
                        return true;
                }
            });
        }));
    }

    [Fact]
    public void By_default_ten_tokens_bear_four_failures_in_a_row()
    {
        var budget = RetryBudget.Tokens();
        var repeated = 0;
        for (; repeated < 100; repeated++)
        {
            budget.Failure(call);
            if (!budget.TryTake(call))
            {
                break;
            }
        }

        Assert.Equal(4, repeated);
        budget.Success(call);
        Assert.True(budget.TryTake(call));
    }

    [Fact]
    public void By_default_a_fifth_of_successes_and_ten_a_second_may_be_repeated()
    {
        var budget = RetryBudget.Share();
        for (var success = 0; success < 1_000; success++)
        {
            budget.Success(call);
        }

        Assert.Equal(200 + 100, TakeAll(budget));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(100, TakeAll(budget));
    }

    [Fact]
    public void A_slot_saturates_and_never_turns_negative()
    {
        var budget = RetryBudget.Share(10, 0);
        for (var success = 0; success < 250_000; success++)
        {
            budget.Success(call);
        }

        Assert.True(budget.TryTake(call));
    }

    [Fact]
    public void However_many_threads_race_for_the_last_repetition_at_most_one_gets_it()
    {
        const int rounds = 3_000;
        var budgets = Enumerable.Range(0, rounds).Select(_ => RetryBudget.Share(1, 0)).ToList();
        budgets.ForEach(budget => budget.Success(call));
        var given = new int[rounds];
        using var together = new Barrier(2);
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            var own = ResilienceCall<int, int>.Rent(call.Scope, new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);
            for (var round = 0; round < rounds; round++)
            {
                together.SignalAndWait();
                Interlocked.Add(ref given[round], budgets[round].TryTake(own) ? 1 : 0);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(given, taken => Assert.InRange(taken, 0, 1));

        // Where both went without it, it is still there.
        Assert.All(budgets.Index(), budget => Assert.Equal(given[budget.Index] == 0, budget.Item.TryTake(call)));
    }

    [Fact]
    public void No_token_is_lost_or_made_when_many_threads_succeed_and_fail()
    {
        for (var round = 0; round < 50; round++)
        {
            var budget = RetryBudget.Tokens(1_000, 1);
            Parallel.For(0, 600, _ => Once(budget.Failure));
            Parallel.For(0, 400, index => Once(index % 4 == 0 ? budget.Failure : budget.Success));
            Assert.True(budget.TryTake(call));
            for (var failure = 0; failure < 100; failure++)
            {
                Assert.True(budget.TryTake(call));
                budget.Failure(call);
            }

            Assert.False(budget.TryTake(call));
        }
    }

    [Fact]
    public void A_success_allocates_nothing()
    {
        var (tokens, share) = (RetryBudget.Tokens(), RetryBudget.Share());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var success = 0; success < 1_000; success++)
        {
            tokens.Success(call);
            share.Success(call);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_spent_budget_ends_a_call_that_would_be_repeated()
    {
        var budget = RetryBudget.Share(0.2, 0);
        var rig = new RetryRig(budget: budget).Then(Outcome<Answer>.Of(new Answer(200)), 5).Then(Outcome<Answer>.Of(new IOException()), 3);
        for (var good = 0; good < 5; good++)
        {
            await rig.RunToEndAsync();
        }

        Assert.True((await rig.RunToEndAsync()).IsFailure);

        Assert.Equal(["retry", "retry-budget-spent"], rig.Events.Select(happened => happened.Name));
    }

    [Fact]
    public void Impossible_budgets_are_refused_and_budgets_print_themselves()
    {
        Assert.Throws<ArgumentException>(() => RetryBudget.Tokens(0, 0));
        Assert.Throws<ArgumentException>(() => RetryBudget.Share(-1));
        Assert.Equal("10 tokens, 0.1 for a success", RetryBudget.Tokens().ToString());
        Assert.Equal("20 % of calls and 10/s", RetryBudget.Share().ToString());
    }

    private int TakeAll(RetryBudget budget)
    {
        var taken = 0;
        for (call.TimePassed(); taken < 1_000 && budget.TryTake(call); taken++)
        {
        }

        return taken;
    }

    // A call belongs to one thread.
    private void Once(Action<ResilienceCall> what)
    {
        var own = ResilienceCall<int, int>.Rent(call.Scope, new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);
        what(own);
    }
}
