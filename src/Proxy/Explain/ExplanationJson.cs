using System.Text.Json;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Explain;

/// <summary>Writes an explanation for programs; what people see is made of it too.</summary>
internal static class ExplanationJson
{
    public static void Write(Utf8JsonWriter writer, Question question, Explanation explanation)
    {
        writer.WriteStartObject("request");
        writer.WriteString("method", question.Method);
        writer.WriteString("target", question.Target);
        writer.WriteString("host", question.Host);
        writer.WriteEndObject();
        writer.WriteString("summary", explanation.Summary);
        if (explanation.Status is { } status)
        {
            writer.WriteNumber("status", status);
        }

        if (explanation.Taken is { } taken)
        {
            writer.WriteStartObject("route");
            Write(writer, taken.Route, taken.Place);
            writer.WriteEndObject();
        }

        writer.WriteStartObject("values");
        foreach (var (name, value) in explanation.Values)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        WriteWay(writer, explanation);
        writer.WriteStartArray("others");
        foreach (var other in explanation.Others)
        {
            writer.WriteStartObject();
            Write(writer, other.Route, other.Place);
            writer.WriteBoolean("takes", other.Takes);
            writer.WriteString("why", other.Why);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteWay(Utf8JsonWriter writer, Explanation explanation)
    {
        writer.WriteStartArray("destinations");
        foreach (var (what, service, method, target, how) in explanation.Destinations)
        {
            writer.WriteStartObject();
            writer.WriteString("what", what);
            writer.WriteString("service", service);
            writer.WriteString("method", method);
            writer.WriteString("target", target);
            writer.WriteString("how", how);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("policies");
        foreach (var (name, settings) in explanation.Policies)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("settings", settings);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, RouteConfig route, string place)
    {
        writer.WriteString("name", route.Name);
        writer.WriteString("match", route.Matching);
        writer.WriteString("place", place);
    }
}
