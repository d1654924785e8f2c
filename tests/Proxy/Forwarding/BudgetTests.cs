using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Forwarding;

/// <summary>What repeating and hedging add, counted by the services themselves.</summary>
public sealed class BudgetTests
{
    private const int Clients = 20;
    private const int RequestsEach = 25;
    private const double Share = 0.2;
    private const int Reserve = 100; // ten a second, for ten seconds at once

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hedge: 5ms", Reserve)]
    [InlineData("hedge: 5ms, attempts: 3, protocol: framework", Reserve)]
    [InlineData("hedge: p95", 0)]
    public Task Hedges_of_a_service_that_is_always_slow_stay_within_the_budget(string policy, int atLeast) => AssertAsync(policy, atLeast, async (context, _) =>
    {
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await context.Response.WriteAsync("ok");
    });

    // Nearly so often that circuits would open.
    [Theory]
    [InlineData("attempts: 3")]
    [InlineData("attempts: 3, hedge: 20ms, protocol: framework")]
    public Task Repetitions_of_a_service_that_often_fails_too(string policy) => AssertAsync(policy, Reserve, (context, number) =>
    {
        context.Response.StatusCode = number % 5 is 1 or 3 ? 503 : 200;
        return Task.CompletedTask;
    });

    private static async Task AssertAsync(string policy, int atLeast, Func<HttpContext, int, Task> answer)
    {
        var (atOne, atTwo, succeeded) = (0, 0, 0);
        await using var one = await Upstream.StartAsync(context => answer(context, Interlocked.Increment(ref atOne)));
        await using var two = await Upstream.StartAsync(context => answer(context, Interlocked.Increment(ref atTwo)));
        await using var gateway = await Gateway.StartAsync(
            $"services: {{ backend: {{ retryBudget: {Share}, {policy} }} }}\nroutes: [{{ path: /x, service: backend }}]", ("backend", [one.Address, two.Address]));
        async Task AskAsync()
        {
            for (var request = 0; request < RequestsEach; request++)
            {
                using var response = await gateway.Client.GetAsync("/x", Token);
                Interlocked.Add(ref succeeded, response.IsSuccessStatusCode ? 1 : 0);
            }
        }

        var began = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => AskAsync()));

        // In any ten seconds; those of the budget begin with a second.
        var most = (Share * succeeded) + (Reserve * (1 + (int)(began.Elapsed.TotalSeconds / 9)));
        Assert.InRange(atOne + atTwo - (Clients * RequestsEach), atLeast, most);
    }
}
