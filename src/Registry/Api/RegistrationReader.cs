using System.Text.Json;
using Portolan.Registry.Catalogue;

namespace Portolan.Registry.Api;

/// <summary>
/// Reads the body of a registration. By hand, because a serializer stops at the first member of a wrong type and here all
/// errors are reported at once. Members it does not know are ignored: clients may be newer than the server.
/// </summary>
internal sealed class RegistrationReader(JsonElement body, ErrorList errors)
{
    private const int MaximumTags = 64;
    private const int MaximumEntries = 64;
    private const double MaximumLeaseSeconds = 3600;

    public Instance Read(string id, string callerHost, TimeSpan defaultLease) => new()
    {
        Id = id,
        Host = ReadHost(callerHost),
        Port = ReadPort(),
        Status = ReadStatus("status") ?? InstanceStatus.Healthy,
        Tags = ReadTags(),
        Ports = ReadPorts(),
        Metadata = ReadMetadata(),
        LeaseSeconds = ReadLease(defaultLease),
    };

    public string? ReadStatus(string field)
    {
        if (!TryGet(field, JsonValueKind.String, "a text", out var value))
        {
            return null;
        }

        var status = value.GetString()!;
        if (!InstanceStatus.All.Contains(status))
        {
            errors.Add(field, $"A status is one of {string.Join(", ", InstanceStatus.All)}.");
        }

        return status;
    }

    private string ReadHost(string callerHost)
    {
        if (!TryGet("host", JsonValueKind.String, "a text", out var value))
        {
            return callerHost;
        }

        var host = value.GetString()!;
        NameRules.Host(host, errors);
        return host;
    }

    private int ReadPort()
    {
        if (!body.TryGetProperty("port", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            errors.Add("port", "A port is needed: a number from 1 to 65535.");
            return 0;
        }

        return TryGet("port", JsonValueKind.Number, "a number", out var value) ? PortOf("port", value) : 0;
    }

    private double ReadLease(TimeSpan defaultLease)
    {
        if (!TryGet("leaseSeconds", JsonValueKind.Number, "a number", out var value))
        {
            return defaultLease.TotalSeconds;
        }

        var seconds = value.GetDouble();
        if (seconds is not (>= 1 and <= MaximumLeaseSeconds))
        {
            errors.Add("leaseSeconds", $"A lease has 1 to {MaximumLeaseSeconds} seconds.");
        }

        return seconds;
    }

    private List<string> ReadTags()
    {
        if (!TryGet("tags", JsonValueKind.Array, "a list of texts", out var value))
        {
            return [];
        }

        if (value.GetArrayLength() > MaximumTags)
        {
            errors.Add("tags", $"At most {MaximumTags} tags.");
            return [];
        }

        var tags = new List<string>();
        foreach (var (index, tag) in value.EnumerateArray().Index())
        {
            if (IsKind(tag, JsonValueKind.String, $"tags[{index}]", "a text"))
            {
                tags.Add(tag.GetString()!);
                NameRules.Text($"tags[{index}]", tags[^1], 1, errors);
            }
        }

        return tags;
    }

    private SortedDictionary<string, int> ReadPorts() =>
        ReadEntries("ports", JsonValueKind.Number, "a number", PortOf);

    private SortedDictionary<string, string> ReadMetadata() =>
        ReadEntries("metadata", JsonValueKind.String, "a text", (field, value) =>
        {
            var text = value.GetString()!;
            NameRules.Text(field, text, 0, errors);
            return text;
        });

    private SortedDictionary<string, T> ReadEntries<T>(string field, JsonValueKind kind, string what, Func<string, JsonElement, T> read)
    {
        var entries = new SortedDictionary<string, T>(StringComparer.Ordinal);
        if (!TryGet(field, JsonValueKind.Object, "an object", out var value))
        {
            return entries;
        }

        if (value.GetPropertyCount() > MaximumEntries)
        {
            errors.Add(field, $"At most {MaximumEntries} entries.");
            return entries;
        }

        foreach (var property in value.EnumerateObject())
        {
            NameRules.Key(field, property.Name, errors);
            if (IsKind(property.Value, kind, $"{field}.{property.Name}", what))
            {
                entries[property.Name] = read($"{field}.{property.Name}", property.Value);
            }
        }

        return entries;
    }

    private int PortOf(string field, JsonElement value)
    {
        var port = value.TryGetInt32(out var number) ? number : 0;
        NameRules.Port(field, port, errors);
        return port;
    }

    // Null is the same as not there.
    private bool TryGet(string field, JsonValueKind kind, string what, out JsonElement value) =>
        body.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null && IsKind(value, kind, field, what);

    private bool IsKind(JsonElement value, JsonValueKind kind, string field, string what)
    {
        if (value.ValueKind == kind)
        {
            return true;
        }

        errors.Add(field, $"Expected {what}.");
        return false;
    }
}
