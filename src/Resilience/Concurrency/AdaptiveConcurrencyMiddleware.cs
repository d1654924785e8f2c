using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portolan.Resilience.Http;
using Portolan.Resilience.Shedding;

namespace Portolan.Resilience.Concurrency;

/// <summary>Adaptive concurrency of a server.</summary>
public static class AdaptiveConcurrencyMiddleware
{
    // A limit that fell too low has found back by then.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bounds how many requests run at once by the latency they show, and answers the others, the least important first,
    /// with 503, the problem <c>overloaded</c> and <c>Retry-After</c>.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="concurrency">One for the server, or for a part of it whose requests take about the same time.</param>
    /// <param name="options">See there. What streams or stays open belongs under <see cref="LoadSheddingOptions.NeverShed"/>: it takes a place as long as it lasts.</param>
    /// <param name="shares">How much of the limit requests of each priority may fill. Null: the defaults.</param>
    public static IApplicationBuilder UseLoadShedding(
        this IApplicationBuilder app, AdaptiveConcurrency concurrency, LoadSheddingOptions? options = null, PriorityShares? shares = null) =>
        app.Use(next => Shed(next, concurrency, options, shares));

    /// <summary>Bounds what is behind it, wherever it stands.</summary>
    public static RequestDelegate Shed(
        RequestDelegate next, AdaptiveConcurrency concurrency, LoadSheddingOptions? options = null, PriorityShares? shares = null)
    {
        var rules = new SheddingRules(options);
        var effective = shares ?? new PriorityShares();
        OptionErrors.ThrowIfAny(nameof(PriorityShares), effective.Validate());
        var refusals = new PriorityRefusals(concurrency.Name, "runs as many requests at once as its latency allows for this priority", RetryAfter);
        return context =>
        {
            if (!rules.MayShed(context))
            {
                return next(context);
            }

            var priority = rules.PriorityOf(context);
            return concurrency.TryEnter(effective.Of(priority))
                ? RunAsync(context, next, concurrency)
                : RejectionProblems.Of(refusals.Next(priority)).ExecuteAsync(context);
        };
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, AdaptiveConcurrency concurrency)
    {
        var started = concurrency.Clock.GetTimestamp();
        var verdict = Verdict.Neutral;
        try
        {
            await next(context);
            verdict = VerdictOf(context);
        }
        finally
        {
            if (IsStream(context.Response))
            {
                concurrency.Leave();
            }
            else
            {
                concurrency.Leave(started, concurrency.Clock.GetTimestamp(), verdict);
            }
        }
    }

    // What answers 500 at once, or 429 by its own limits, is not short of room, and what the client left is not the usual
    // work: of these only their time says anything.
    private static Verdict VerdictOf(HttpContext context) => context.Response.StatusCode switch
    {
        _ when context.RequestAborted.IsCancellationRequested => Verdict.Neutral,
        StatusCodes.Status504GatewayTimeout => Verdict.Failure,
        StatusCodes.Status429TooManyRequests or >= 500 => Verdict.Neutral,
        _ => Verdict.Success,
    };

    private static bool IsStream(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
}
