using System.Text;
using System.Text.Json;
using Portolan.Core.Problems;

namespace Portolan.Composition.Tests;

public sealed class CompositionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly Problem Refused = new("refused", "Refused", 502, "no");

    [Fact]
    public async Task Parts_stand_side_by_side_in_the_order_given()
    {
        var plan = CompositionPlan.Create([Constant("b", "1"), Constant("a", """{"x":[1,2]}""")]);

        Assert.Equal("""{"b":1,"a":{"x":[1,2]}}""", await RunAsync(plan));
    }

    [Fact]
    public async Task Parts_that_need_nothing_of_each_other_run_at_once()
    {
        var met = new Barrier(2);
        PartDelegate meet = (_, cancellationToken) =>
        {
            // Blocks: together only if both have been started on threads of their own.
            Assert.True(met.SignalAndWait(TimeSpan.FromSeconds(10), cancellationToken));
            return ValueTask.FromResult(PartResult.Of(Json("true")));
        };
        var plan = CompositionPlan.Create([new Part("a", meet), new Part("b", meet)]);

        Assert.Equal("""{"a":true,"b":true}""", await RunAsync(plan));
    }

    [Fact]
    public async Task A_part_sees_what_it_depends_on_and_the_input()
    {
        var plan = CompositionPlan.Create(
        [
            new Part("sum", (context, _) => ValueTask.FromResult(PartResult.Of(Json(
                $"{context["one"].GetInt32() + context["two"].GetInt32() + (int)context.Input!}")))) { DependsOn = ["one", "two"] },
            Constant("one", "1"),
            Constant("two", "2"),
        ]);

        Assert.Equal("""{"sum":103,"one":1,"two":2}""", await RunAsync(plan, input: 100));
    }

    [Fact]
    public async Task An_optional_part_that_fails_is_null_and_named()
    {
        var plan = CompositionPlan.Create([Constant("order", "1"), Failing("customer") with { Optional = true }]);

        Assert.Equal("""{"order":1,"customer":null,"meta":{"partial":["customer"]}}""", await RunAsync(plan));
    }

    [Fact]
    public async Task What_stands_in_for_a_required_part_is_seen_by_those_that_need_it_and_marked()
    {
        var seen = new List<string?>();
        var plan = CompositionPlan.Create(
        [
            Failing("order") with
            {
                Otherwise = (context, failed) =>
                {
                    seen.Add(failed.Failure?.Name);
                    return PartResult.InPlaceOf(failed, Json("[1]"), DateTimeOffset.UnixEpoch);
                },
            },
            new Part("first", (context, _) => ValueTask.FromResult(PartResult.Of(context["order"][0]))) { DependsOn = ["order"] },
            Failing("gone") with { Optional = true },
            new Part("after", (_, _) => ValueTask.FromResult(PartResult.Of(Json("1"))))
            {
                DependsOn = ["gone"],
                Otherwise = (context, failed) => context is null ? PartResult.InPlaceOf(failed, Json("0")) : failed,
            },
        ]);

        Assert.Equal(
            """{"order":[1],"first":1,"gone":null,"after":0,"meta":{"partial":["order","gone","after"],"stale":{"order":"1970-01-01T00:00:00+00:00"}}}""",
            await RunAsync(plan));
        Assert.Equal(["refused"], seen);
    }

    [Fact]
    public async Task An_optional_part_that_throws_is_missing_and_its_exception_is_kept_for_the_log()
    {
        var plan = CompositionPlan.Create([new Part("a", (_, _) => throw new InvalidOperationException("secret")) { Optional = true }]);
        var result = await plan.RunAsync(null, Long, TimeProvider.System);

        Assert.Equal(["a"], result.Missing);
        Assert.Equal("secret", result.Failures.Single().Value.Cause!.Message);
        Assert.DoesNotContain("secret", result.Failures.Single().Value.Failure!.Detail);
    }

    [Fact]
    public async Task What_depends_on_a_missing_part_is_missing_too()
    {
        var plan = CompositionPlan.Create(
            [Failing("a") with { Optional = true }, Constant("b", "1") with { DependsOn = ["a"], Optional = true }]);

        Assert.Equal("""{"a":null,"b":null,"meta":{"partial":["a","b"]}}""", await RunAsync(plan));
    }

    [Fact]
    public async Task An_incomplete_part_is_shown_and_named()
    {
        var plan = CompositionPlan.Create([new Part("a", (_, _) => ValueTask.FromResult(PartResult.Incomplete(Json("[1,null]"))))]);

        Assert.Equal("""{"a":[1,null],"meta":{"partial":["a"]}}""", await RunAsync(plan));
    }

    [Fact]
    public async Task A_required_part_that_fails_fails_the_whole_and_ends_the_others()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var plan = CompositionPlan.Create(
        [
            Failing("a"),
            new Part("b", async (_, cancellationToken) =>
            {
                await using var registration = cancellationToken.Register(ended.SetResult);
                await ended.Task;
                return PartResult.Of(Json("1"));
            }),
        ]);
        var result = await plan.RunAsync(null, Long, TimeProvider.System);

        Assert.Same(Refused, result.Failure);
        Assert.True(ended.Task.IsCompleted);
    }

    [Fact]
    public async Task A_part_has_its_own_time_even_if_it_ignores_the_token()
    {
        var never = new TaskCompletionSource<PartResult>();
        var plan = CompositionPlan.Create(
        [
            Constant("a", "1"),
            new Part("slow", (_, _) => new ValueTask<PartResult>(never.Task)) { Optional = true, Timeout = TimeSpan.FromMilliseconds(20) },
        ]);

        Assert.Equal("""{"a":1,"slow":null,"meta":{"partial":["slow"]}}""", await RunAsync(plan));
    }

    [Fact]
    public async Task A_required_part_that_is_not_there_in_the_wholes_time_is_a_timeout_that_names_it()
    {
        var never = new TaskCompletionSource<PartResult>();
        var plan = CompositionPlan.Create([new Part("slow", (_, _) => new ValueTask<PartResult>(never.Task))]);
        var result = await plan.RunAsync(null, TimeSpan.FromMilliseconds(20), TimeProvider.System);

        Assert.Equal(504, result.Failure!.Status);
        Assert.Contains("'slow'", result.Failure.Detail);
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_the_run()
    {
        using var leaving = new CancellationTokenSource();
        var plan = CompositionPlan.Create([new Part("a", async (_, cancellationToken) =>
        {
            await leaving.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return PartResult.Of(Json("1"));
        })]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => plan.RunAsync(null, Long, TimeProvider.System, leaving.Token));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var exception = Assert.Throws<CompositionException>(() => CompositionPlan.Create(
        [
            Constant("a", "1") with { DependsOn = ["b"] },
            Constant("b", "1") with { DependsOn = ["c"] },
            Constant("c", "1") with { DependsOn = ["a"] },
            Constant("d", "1") with { DependsOn = ["d"] },
            Constant("e", "1") with { DependsOn = ["nothing", "a"] },
            Constant("e", "1"),
            Constant("meta", "1"),
        ]));

        Assert.Equal(5, exception.Errors.Count);
        Assert.Contains("A part cannot be called 'meta': that key is taken.", exception.Errors);
        Assert.Contains("There are two parts called 'e'.", exception.Errors);
        Assert.Contains("The part 'e' depends on 'nothing', which is no part; there are: a, b, c, d, e.", exception.Errors);
        Assert.Contains("The parts d → d wait for each other; let one of them do without another's fields.", exception.Errors);
        Assert.Contains(exception.Errors, error => error.EndsWith("wait for each other; let one of them do without another's fields.", StringComparison.Ordinal) && error.Contains("a → b → c"));
    }

    private static Part Constant(string name, string json) => new(name, (_, _) => ValueTask.FromResult(PartResult.Of(Json(json))));

    private static Part Failing(string name) => new(name, (_, _) => ValueTask.FromResult(PartResult.Failed(Refused)));

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static async Task<string> RunAsync(CompositionPlan plan, object? input = null)
    {
        var result = await plan.RunAsync(input, Long, TimeProvider.System);
        Assert.Null(result.Failure);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            result.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
