using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Runtime;

namespace Portolan.Proxy.Operator;

/// <summary>The gateway's feature flags for operators: listed, switched, and back to what the configuration says.</summary>
internal static partial class FlagEndpoints
{
    public static void MapFlags(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/gateway/flags", LoopbackGuard.Protect(ListAsync));
        endpoints.MapPut("/portolan/gateway/flags/{name}", LoopbackGuard.Protect(SetAsync));
        endpoints.MapDelete("/portolan/gateway/flags/{name}", LoopbackGuard.Protect(context => ChangeAsync(context, flag => flag.Reset())));
    }

    private static Task ListAsync(HttpContext context)
    {
        var runtime = context.RequestServices.GetRequiredService<GatewayRuntime>();
        return JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("flags");
            foreach (var flag in runtime.Kept.All<Flag>().OrderBy(flag => flag.Config.Name, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                Write(writer, flag);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static async Task SetAsync(HttpContext context)
    {
        int? percent = null;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            if (body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("percent", out var value)
                && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and <= 100)
            {
                percent = number;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        if (percent is not { } wanted)
        {
            await KnownProblems.Malformed("Send {\"percent\": 25}, of a hundred subjects; 0 is off and 100 is on.").ExecuteAsync(context);
            return;
        }

        await ChangeAsync(context, flag => flag.Change(wanted));
    }

    private static async Task ChangeAsync(HttpContext context, Action<Flag> change)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var runtime = context.RequestServices.GetRequiredService<GatewayRuntime>();
        if (runtime.Kept.All<Flag>().FirstOrDefault(flag => flag.Config.Name == name) is not { } found)
        {
            await KnownProblems.NotFound($"This gateway has no flag '{name}'.").ExecuteAsync(context);
            return;
        }

        var before = found.Percent;
        change(found);
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FlagEndpoints).FullName!);
        Log.Changed(logger, name, before, found.Percent, context.Connection.RemoteIpAddress?.ToString());
        await JsonAnswer.WriteAsync(context, writer => Write(writer, found));
    }

    private static void Write(Utf8JsonWriter writer, Flag flag)
    {
        writer.WriteString("name", flag.Config.Name);
        writer.WriteNumber("percent", flag.Percent);
        writer.WriteBoolean("changed", flag.Percent != flag.Config.Percent);
        writer.WriteStartArray("always");
        foreach (var subject in flag.Config.Always)
        {
            writer.WriteStringValue(subject);
        }

        writer.WriteEndArray();
        writer.WriteNumber("requests", flag.Requests);
        writer.WriteNumber("on", flag.OnRequests);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "FlagChangedByOperator", Level = LogLevel.Warning, Message = "Operator at {Address} changed the flag {Flag}: it was on for {Before} % and is for {After} %")]
        public static partial void Changed(ILogger logger, string flag, int before, int after, string? address);
    }
}
