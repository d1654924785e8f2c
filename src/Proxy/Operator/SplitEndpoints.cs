using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Operator;

/// <summary>The gateway's splits for operators: listed, given other weights, and back to what the configuration says.</summary>
internal static partial class SplitEndpoints
{
    public static void MapSplits(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/gateway/splits", LoopbackGuard.Protect(ListAsync));
        endpoints.MapPut("/portolan/gateway/splits/{name}", LoopbackGuard.Protect(WeighAsync));
        endpoints.MapDelete("/portolan/gateway/splits/{name}", LoopbackGuard.Protect(ResetAsync));
    }

    private static Task ListAsync(HttpContext context)
    {
        var routes = Runtime(context).Current.Config.Routes;
        return JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("splits");
            foreach (var split in Runtime(context).Kept.All<Split>().OrderBy(split => split.Config.Name, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                SplitResource.Write(writer, split, routes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static async Task WeighAsync(HttpContext context)
    {
        Dictionary<string, int>? weights;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            weights = SplitResource.ReadWeights(body.RootElement);
        }
        catch (JsonException)
        {
            weights = null;
        }

        if (weights is null)
        {
            await KnownProblems.Malformed("Send {\"weights\": {\"<variant>\": 10}}, or {\"mode\": \"modern\"} and {\"percent\": 10} for a capability that moves.").ExecuteAsync(context);
            return;
        }

        await ChangeAsync(context, split => split.Change(weights));
    }

    private static Task ResetAsync(HttpContext context) => ChangeAsync(context, split =>
    {
        split.Reset();
        return null;
    });

    private static async Task ChangeAsync(HttpContext context, Func<Split, string?> change)
    {
        // Routing leaves a slash inside of a segment escaped.
        var name = ((string)context.Request.RouteValues["name"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (Runtime(context).Kept.All<Split>().FirstOrDefault(split => split.Config.Name == name) is not { } found)
        {
            await KnownProblems.NotFound($"This gateway has no split '{name}'.").ExecuteAsync(context);
            return;
        }

        var before = SplitResource.Weights(found);
        if (change(found) is { } wrong)
        {
            await KnownProblems.Invalid(new Dictionary<string, string[]> { ["weights"] = [wrong] }).ExecuteAsync(context);
            return;
        }

        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SplitEndpoints).FullName!);
        Log.Changed(logger, name, before, SplitResource.Weights(found), context.Connection.RemoteIpAddress?.ToString());
        IReadOnlyList<RouteConfig> routes = Runtime(context).Current.Config.Routes;
        await JsonAnswer.WriteAsync(context, writer => SplitResource.Write(writer, found, routes));
    }

    private static GatewayRuntime Runtime(HttpContext context) => context.RequestServices.GetRequiredService<GatewayRuntime>();

    private static partial class Log
    {
        [LoggerMessage(EventName = "SplitChangedByOperator", Level = LogLevel.Warning, Message = "Operator at {Address} changed the split {Split}: it was {Before} and is {After}")]
        public static partial void Changed(ILogger logger, string split, string before, string after, string? address);
    }
}
