using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Discovery;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Runtime;
using Portolan.Resilience.Breakers;

namespace Portolan.Proxy.Pages;

/// <summary>The health of all services as the directory knows it, which it also does while the registry is gone.</summary>
internal sealed class SystemHealth(ServiceDirectory directory, GatewayRuntime runtime, CircuitBreakers breakers, TimeProvider clock)
{
    private const string Up = "UP";
    private const string Degraded = "DEGRADED";
    private const string Down = "DOWN";

    public async Task HandleAsync(HttpContext context)
    {
        var names = await directory.ServicesAsync(context.RequestAborted);
        var all = names.Concat(runtime.Current.Config.Routes.SelectMany(route => route.Services)).Distinct().Order(StringComparer.Ordinal);
        var snapshots = Array.ConvertAll(await Task.WhenAll(all.Select(name => directory.GetAsync(name, context.RequestAborted).AsTask())), Tried);

        var status = Overall(snapshots);
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, status, snapshots);
        }

        context.Response.StatusCode = status == Down ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    // Nobody reports on instances that only the configuration names, or while the registry is gone, but for the gateway's own circuits.
    private ServiceSnapshot Tried(ServiceSnapshot snapshot) => snapshot is { IsConfigured: false, Stale: false } ? snapshot : snapshot with
    {
        Instances = [.. snapshot.Instances.Select(instance => instance with
        {
            Healthy = instance.Healthy && breakers.Find($"{snapshot.Service}/{instance.Id}") is not { State: BreakerState.Open or BreakerState.HalfOpen },
        })],
    };

    // One service that is down leaves a system that works less well; only when nothing is left it is down.
    private static string Overall(ServiceSnapshot[] snapshots)
    {
        var statuses = Array.ConvertAll(snapshots, StatusOf);
        return statuses.Length > 0 && statuses.All(status => status == Down) ? Down
            : statuses.All(status => status == Up) && !snapshots.Any(IsOld) ? Up
            : Degraded;
    }

    // What the configuration says is not old: the registry need not know of it.
    private static bool IsOld(ServiceSnapshot snapshot) => snapshot is { Stale: true, IsConfigured: false };

    private static string StatusOf(ServiceSnapshot snapshot)
    {
        var healthy = snapshot.Instances.Count(instance => instance.Healthy);
        return healthy == 0 ? Down : healthy < snapshot.Instances.Count ? Degraded : Up;
    }

    private void Write(Utf8JsonWriter json, string status, ServiceSnapshot[] snapshots)
    {
        json.WriteStartObject();
        json.WriteString("status", status);
        json.WriteString("timestamp", clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        if (snapshots.Any(IsOld))
        {
            json.WriteString("message", "registry unreachable, last known state");
        }

        var origin = runtime.Current.Origin;
        json.WriteStartObject("configuration");
        json.WriteNumber("version", origin.Version);
        json.WriteString("loadedAt", origin.LoadedAt.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteString("source", origin.Source);
        if (runtime.FileProblem is { } problem)
        {
            json.WriteString("message", $"the file {problem} and is not in force");
        }

        json.WriteEndObject();
        json.WriteStartObject("services");
        foreach (var snapshot in snapshots)
        {
            Write(json, snapshot);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ServiceSnapshot snapshot)
    {
        var healthy = snapshot.Instances.Count(instance => instance.Healthy);
        json.WriteStartObject(snapshot.Service);
        json.WriteString("status", StatusOf(snapshot));
        json.WriteStartObject("instances");
        json.WriteNumber("healthy", healthy);
        json.WriteNumber("total", snapshot.Instances.Count);
        json.WriteEndObject();
        if (healthy < snapshot.Instances.Count || healthy == 0)
        {
            json.WriteString("message", healthy == 0 ? "no healthy instance" : "some instances are not healthy");
        }

        json.WriteEndObject();
    }
}
