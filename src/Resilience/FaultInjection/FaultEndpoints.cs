using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Core.Http;
using Portolan.Core.Problems;

namespace Portolan.Resilience.FaultInjection;

/// <summary>This process's faults for operators, under <c>/portolan/faults</c>.</summary>
public static partial class FaultEndpoints
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Maps list, set and clear. Needs <see cref="FaultServices.AddFaultInjection"/>.</summary>
    public static void MapFaults(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/faults", LoopbackGuard.Protect(ListAsync));
        endpoints.MapPut("/portolan/faults/{name}", LoopbackGuard.Protect(SetAsync));
        endpoints.MapDelete("/portolan/faults/{name}", LoopbackGuard.Protect(context => ClearAsync(context, NameOf(context))));
        endpoints.MapDelete("/portolan/faults", LoopbackGuard.Protect(context => ClearAsync(context, null)));
    }

    private static Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        writer.WriteStartArray("faults");
        foreach (var fault in FaultsOf(context).All)
        {
            writer.WriteStartObject();
            FaultResource.Write(writer, fault);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static Task SetAsync(HttpContext context)
    {
        var services = context.RequestServices;
        return services.GetRequiredService<IHostEnvironment>().IsProduction() && !services.GetRequiredService<FaultOptions>().AllowInProduction
            ? KnownProblems.Forbidden(
                "Faults are not injected in the Production environment unless that is asked for: start the service with Portolan:FaultInjection=true (as an environment variable Portolan__FaultInjection), a gateway with faultInjection: true beside its routes, or either in another environment.")
                .ExecuteAsync(context)
            : ReadAndSetAsync(context);
    }

    private static async Task ReadAndSetAsync(HttpContext context)
    {
        var (rule, refusal) = await ReadAsync(context);
        if (rule is not null && !FaultsOf(context).Set(rule))
        {
            refusal = new Problem("too-many-faults", "Too many faults", 409, "There are 100 faults already; clear some first.");
        }

        if (refusal is not null)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        Log.Set(LoggerOf(context), context.Connection.RemoteIpAddress?.ToString(), rule!.Name, rule.ToString());
        await JsonAnswer.WriteAsync(context, writer => FaultResource.Write(writer, new FaultReport(rule, rule.Duration, 0)));
    }

    private static async Task<(FaultRule? Rule, Problem? Refusal)> ReadAsync(HttpContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (null, KnownProblems.Malformed("The body is a JSON object, such as {\"status\":503,\"seconds\":60}."));
            }

            var (rule, errors) = FaultReader.Read(NameOf(context), body.RootElement);
            return (rule, rule is null ? KnownProblems.Invalid(errors) : null);
        }
        catch (JsonException)
        {
            return (null, KnownProblems.Malformed("The body is no JSON, or has a field twice. It is an object, such as {\"status\":503,\"seconds\":60}."));
        }
    }

    private static Task ClearAsync(HttpContext context, string? name)
    {
        // Nothing to clear is what was asked for; only what changed something is worth a line.
        if (FaultsOf(context).Clear(name) is > 0 and var cleared)
        {
            Log.Cleared(LoggerOf(context), context.Connection.RemoteIpAddress?.ToString(), name ?? "every one", cleared);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    // Routing leaves a slash inside of a segment escaped; the name is refused then.
    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static Faults FaultsOf(HttpContext context) => context.RequestServices.GetRequiredService<Faults>();

    private static ILogger LoggerOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FaultEndpoints).FullName!);

    private static partial class Log
    {
        [LoggerMessage(EventName = "FaultSetByOperator", Level = LogLevel.Warning, Message = "Operator at {Address} set fault {Fault}: {Rule}")]
        public static partial void Set(ILogger logger, string? address, string fault, string rule);

        [LoggerMessage(EventName = "FaultClearedByOperator", Level = LogLevel.Warning, Message = "Operator at {Address} cleared fault {Fault}: {Count} ended")]
        public static partial void Cleared(ILogger logger, string? address, string fault, int count);
    }
}
