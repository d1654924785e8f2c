using System.Text.Json;

namespace Portolan.ControlPlane.Operators;

/// <summary>The same list of several services as one, newest first, and who could not be asked.</summary>
/// <param name="property">Name of the list in the answers, and in ours.</param>
/// <param name="time">Member of its items that orders them.</param>
internal sealed class MergedList(string property, string time) : IDisposable
{
    private readonly List<JsonDocument> documents = [];
    private readonly List<JsonElement> items = [];
    private readonly List<(string Service, string Reason)> unreachable = [];

    public void Add(ServiceAnswer answer)
    {
        if (answer.Failure is { } failure)
        {
            unreachable.Add((answer.Service, failure));
        }
        else if (answer.Succeeded && TryParse(answer.Body, out var list))
        {
            items.AddRange(list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object));
        }
        else if (answer.Status != 404)
        {
            // 404 is a service without this surface: it has nothing to list.
            unreachable.Add((answer.Service, answer.Succeeded ? $"its answer has no list of {property}" : $"it answered {answer.Status}"));
        }
    }

    public void Write(Utf8JsonWriter json, int limit)
    {
        json.WriteStartArray(property);
        foreach (var item in items.OrderByDescending(TimeOf).Take(limit))
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteStartArray("unreachable");
        foreach (var (service, reason) in unreachable)
        {
            json.WriteStartObject();
            json.WriteString("service", service);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public void Dispose() => documents.ForEach(document => document.Dispose());

    private bool TryParse(byte[] body, out JsonElement list)
    {
        list = default;
        try
        {
            var document = JsonDocument.Parse(body);
            documents.Add(document);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(property, out list)
                && list.ValueKind == JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private DateTimeOffset TimeOf(JsonElement item) =>
        item.TryGetProperty(time, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at)
            ? at
            : DateTimeOffset.MinValue;
}
