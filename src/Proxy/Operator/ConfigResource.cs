using System.Text.Json;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Explain;
using Portolan.Proxy.Runtime;

namespace Portolan.Proxy.Operator;

/// <summary>Writes a configuration as its HTTP resource.</summary>
internal static class ConfigResource
{
    public static void Write(Utf8JsonWriter writer, ConfigOrigin origin)
    {
        writer.WriteNumber("version", origin.Version);
        writer.WriteString("loadedAt", origin.LoadedAt);
        writer.WriteString("source", origin.Source);
    }

    /// <summary>What it says, in the words of its file; one that a program made is written as programs have it.</summary>
    public static void Write(Utf8JsonWriter writer, GatewaySnapshot snapshot)
    {
        if (snapshot.Text is { } text)
        {
            GatewayFile.ToJson(text).WriteTo(writer);
        }
        else
        {
            JsonSerializer.Serialize(writer, snapshot.Config, ConfigJson.Default.GatewayConfig);
        }
    }

    /// <summary>The routes as somebody looks for them: what each takes, and where it goes.</summary>
    public static void WriteRoutes(Utf8JsonWriter writer, GatewayConfig config)
    {
        writer.WriteStartArray("routes");
        foreach (var route in config.Routes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", route.Name);
            WriteList(writer, "hosts", route.Hosts);
            writer.WriteString("path", route.Path);
            WriteList(writer, "methods", route.Compose is null ? route.Methods : ["GET"]);
            WriteList(writer, "headers", route.Headers.Select(header => header.ToString()));
            WriteList(writer, "query", route.Query.Select(parameter => parameter.ToString()));
            writer.WriteString("target", RouteSummary.Target(route));
            WriteList(writer, "policies", RouteSummary.Policies(route));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteList(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
