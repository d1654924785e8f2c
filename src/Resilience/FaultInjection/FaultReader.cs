using System.Text.Json;

namespace Portolan.Resilience.FaultInjection;

/// <summary>Reads a fault from its HTTP resource, and collects everything that is wrong with it.</summary>
internal sealed class FaultReader
{
    private readonly Dictionary<string, List<string>> errors = [];
    private FaultRule rule;

    private FaultReader(string name) => rule = new FaultRule(name);

    /// <summary>The rule, or what is wrong by field.</summary>
    public static (FaultRule? Rule, IReadOnlyDictionary<string, string[]> Errors) Read(string name, JsonElement body)
    {
        var reader = new FaultReader(name);
        foreach (var property in body.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null)
            {
                reader.Take(property.Name, property.Value);
            }
        }

        reader.Check();
        return (reader.errors.Count == 0 ? reader.rule : null, reader.errors.ToDictionary(error => error.Key, error => error.Value.ToArray()));
    }

    private void Take(string field, JsonElement value)
    {
        switch (field)
        {
            case "latencyMilliseconds" when Number(field, value) is { } milliseconds:
                rule = rule with { Latency = Time(milliseconds / 1000) };
                break;
            case "seconds" when Number(field, value) is { } seconds:
                rule = rule with { Duration = Time(seconds) };
                break;
            case "share" when Number(field, value) is { } share:
                rule = rule with { Share = share };
                break;
            case "status" when Number(field, value) is { } status:
                rule = rule with { Status = status == Math.Truncate(status) && Math.Abs(status) < 1000 ? (int)status : -1 };
                break;
            case "error" when Flag(field, value) is { } error:
                rule = rule with { Error = error };
                break;
            case "abort" when Flag(field, value) is { } abort:
                rule = rule with { Abort = abort };
                break;
            case "path" when Text(field, value) is { } path:
                rule = rule with { Path = path };
                break;
            case "header" when Text(field, value) is { } header:
                rule = rule with { Header = header };
                break;
            case "route" when Text(field, value) is { } route:
                rule = rule with { Route = route };
                break;
            case "latencyMilliseconds" or "seconds" or "share" or "status" or "error" or "abort" or "path" or "header" or "route":
                break;
            default:
                Add(field, "There is no such field; there are latencyMilliseconds, status, error, abort, share, path, header, route and seconds.");
                break;
        }
    }

    // What could not be read is no reason to complain that it is missing.
    private void Check()
    {
        var unread = errors.Count > 0;
        foreach (var (property, message) in rule.Errors())
        {
            if (!(unread && property == nameof(FaultRule.Status) && rule.Status is null))
            {
                Add(FieldOf(property), message);
            }
        }
    }

    private static string FieldOf(string property) => property switch
    {
        nameof(FaultRule.Latency) => "latencyMilliseconds",
        nameof(FaultRule.Duration) => "seconds",
        _ => JsonNamingPolicy.CamelCase.ConvertName(property),
    };

    private double? Number(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number))
        {
            return number;
        }

        Add(field, "Give a number.");
        return null;
    }

    private bool? Flag(string field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Add(field, "Give true or false.");
        return null;
    }

    private string? Text(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Add(field, "Give a text.");
        return null;
    }

    // What no TimeSpan holds is out of every bound anyway.
    private static TimeSpan Time(double seconds) => Math.Abs(seconds) < 1e9 ? TimeSpan.FromSeconds(seconds) : seconds > 0 ? TimeSpan.MaxValue : TimeSpan.MinValue;

    private void Add(string field, string message)
    {
        if (!errors.TryGetValue(field, out var messages))
        {
            errors[field] = messages = [];
        }

        messages.Add(message);
    }
}
