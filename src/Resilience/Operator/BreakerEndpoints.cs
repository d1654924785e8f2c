using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Operator;

/// <summary>This process's circuit breakers for operators, under <c>/portolan/breakers</c>.</summary>
public static partial class BreakerEndpoints
{
    /// <summary>Maps list, open, close and reset. Needs <see cref="BreakerServices.AddBreakers"/>.</summary>
    public static void MapBreakers(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/breakers", LoopbackGuard.Protect(ListAsync));
        endpoints.MapPost("/portolan/breakers/{name}/open", LoopbackGuard.Protect(OpenAsync));
        endpoints.MapPost("/portolan/breakers/{name}/close", LoopbackGuard.Protect(context => ChangeAsync(context, "close", breaker => breaker.ForceClose())));
        endpoints.MapPost("/portolan/breakers/{name}/reset", LoopbackGuard.Protect(context => ChangeAsync(context, "reset", breaker => breaker.Reset())));
    }

    private static Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        writer.WriteStartArray("breakers");
        foreach (var breaker in Breakers(context).All)
        {
            writer.WriteStartObject();
            BreakerResource.Write(writer, breaker.Report());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    // Without a time it is isolated: who opens a circuit by hand does not expect it to close by itself.
    private static Task OpenAsync(HttpContext context)
    {
        if (context.Request.Query["for"] is not [{ } text])
        {
            return ChangeAsync(context, "open", breaker => breaker.Isolate());
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
            ? ChangeAsync(context, "open", breaker => breaker.ForceOpen(TimeSpan.FromSeconds(seconds)))
            : KnownProblems.Invalid(new Dictionary<string, string[]> { ["for"] = ["A time is a number of seconds, up to 86400."] }).ExecuteAsync(context);
    }

    private static async Task ChangeAsync(HttpContext context, string action, Action<CircuitBreaker> change)
    {
        // Routing leaves a slash inside of a segment escaped.
        var name = ((string)context.Request.RouteValues["name"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (Breakers(context).Find(name) is not { } breaker)
        {
            await KnownProblems.NotFound($"There is no circuit breaker {name} here.").ExecuteAsync(context);
            return;
        }

        var before = breaker.State;
        change(breaker);
        var report = breaker.Report();
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(BreakerEndpoints).FullName!);
        Log.Changed(logger, name, action, BreakerWords.Of(before), BreakerWords.Of(report.State), context.Connection.RemoteIpAddress?.ToString());
        await JsonAnswer.WriteAsync(context, writer => BreakerResource.Write(writer, report));
    }

    private static CircuitBreakers Breakers(HttpContext context) => context.RequestServices.GetRequiredService<CircuitBreakers>();

    private static partial class Log
    {
        [LoggerMessage(EventName = "BreakerChangedByOperator", Level = LogLevel.Warning, Message = "Operator at {Address} asked circuit breaker {Breaker} to {Action}: it was {Before} and is {After}")]
        public static partial void Changed(ILogger logger, string breaker, string action, string before, string after, string? address);
    }
}
