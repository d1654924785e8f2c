using System.Text.Json;

namespace Portolan.ControlPlane.Operators;

/// <summary>The same list of several instances as one, each item with whose it is, and who could not be asked.</summary>
/// <param name="property">Name of the list in the answers, and in ours. An answer without it is one item.</param>
internal sealed class InstanceList(string property) : IDisposable
{
    private readonly List<JsonDocument> documents = [];
    private readonly List<(string Service, string Instance, JsonElement Item)> items = [];
    private readonly List<(string Service, string Reason)> unreachable = [];

    /// <summary>True when nobody had anything, and nobody failed to answer.</summary>
    public bool IsEmpty => items.Count == 0 && unreachable.Count == 0;

    /// <summary>True when nobody had anything and somebody did not answer.</summary>
    public bool IsUnknown => items.Count == 0 && unreachable.Count > 0;

    /// <summary>Who could not be asked and why.</summary>
    public string Silent => string.Join(", ", unreachable.Select(one => $"{one.Service} ({one.Reason})"));

    public void Add(ServiceAnswer answer)
    {
        if (answer.Failure is { } failure)
        {
            unreachable.Add((answer.Service, failure));
        }
        else if (answer.Succeeded)
        {
            AddItems(answer);
        }
        else if (answer.Status != 404)
        {
            unreachable.Add((answer.Service, $"{answer.Instance} answered {answer.Status}"));
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray(property);
        var ordered = items
            .OrderBy(one => one.Service, StringComparer.Ordinal)
            .ThenBy(one => NameOf(one.Item), StringComparer.Ordinal)
            .ThenBy(one => one.Instance, StringComparer.Ordinal);
        foreach (var (service, instance, item) in ordered)
        {
            json.WriteStartObject();
            json.WriteString("service", service);
            json.WriteString("instance", instance);
            foreach (var member in item.EnumerateObject().Where(member => member.Name is not ("service" or "instance")))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
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

    private void AddItems(ServiceAnswer answer)
    {
        try
        {
            var document = JsonDocument.Parse(answer.Body);
            documents.Add(document);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                IEnumerable<JsonElement> found = document.RootElement.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
                    ? list.EnumerateArray()
                    : [document.RootElement];
                items.AddRange(found.Where(item => item.ValueKind == JsonValueKind.Object).Select(item => (answer.Service, answer.Instance ?? "", item)));
                return;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        unreachable.Add((answer.Service, $"the answer of {answer.Instance} has no {property}"));
    }

    private static string? NameOf(JsonElement item) => item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
}
