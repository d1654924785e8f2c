using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Http;
using Portolan.Proxy.Mirroring;
using Portolan.Proxy.Runtime;

namespace Portolan.Proxy.Operator;

/// <summary>What mirrors found, for operators.</summary>
internal static class MirrorEndpoints
{
    public static void MapMirrors(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/portolan/mirrors", LoopbackGuard.Protect(ListAsync));

    private static Task ListAsync(HttpContext context)
    {
        var mirrors = context.RequestServices.GetRequiredService<GatewayRuntime>().Kept.All<Mirror>();
        return JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("mirrors");
            foreach (var mirror in mirrors.OrderBy(mirror => mirror.Route, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                writer.WriteString("route", mirror.Route);
                writer.WriteString("service", mirror.Config.Service);
                Write(writer, mirror.Results.Report());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter writer, MirrorReport report)
    {
        writer.WriteNumber("same", report.Same);
        writer.WriteNumber("different", report.Different);
        Write(writer, "failed", report.Failures);
        Write(writer, "dropped", report.Drops);
        Write(writer, "fields", report.Fields);
        writer.WriteStartObject("meanMilliseconds");
        writer.WriteNumber("primary", Math.Round(report.PrimaryTime.TotalMilliseconds, 3));
        writer.WriteNumber("mirror", Math.Round(report.MirrorTime.TotalMilliseconds, 3));
        writer.WriteEndObject();
        writer.WriteStartArray("examples");
        foreach (var example in report.Examples)
        {
            Write(writer, example);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, MirrorExample example)
    {
        writer.WriteStartObject();
        writer.WriteString("at", example.At);
        writer.WriteString("method", example.Method);
        writer.WriteString("path", example.Path);
        writer.WriteStartArray("differences");
        foreach (var (field, primary, mirror) in example.Differences)
        {
            writer.WriteStartObject();
            writer.WriteString("field", field);
            writer.WriteString("primary", primary);
            writer.WriteString("mirror", mirror);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, Dictionary<string, long> counts)
    {
        writer.WriteStartObject(name);
        foreach (var (key, count) in counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal))
        {
            writer.WriteNumber(key, count);
        }

        writer.WriteEndObject();
    }
}
