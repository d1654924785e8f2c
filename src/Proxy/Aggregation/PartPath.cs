using System.Text.Json;
using Portolan.Composition;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Aggregation;

/// <summary>Where a part is fetched: its template, filled with the route's values and other parts' fields.</summary>
internal sealed class PartPath
{
    private readonly TextTemplate template;
    private readonly bool mayReachOperators;

    public PartPath(string text)
    {
        template = TextTemplate.TryParse(text, out var parsed, out var error) ? parsed : throw new ArgumentException(error, nameof(text));
        mayReachOperators = OperatorSurface.IsReachedBy(template.Start);
    }

    /// <summary>Null where a value is missing or would change which path it is.</summary>
    public string? Fill(PartContext context, JsonElement? item)
    {
        var values = ((ComposeInput)context.Input!).Values;
        var path = template.Fill(hole => values.GetValueOrDefault(hole) ?? Encode(Find(hole, context, item)));
        return path is null || (OperatorSurface.IsReachedBy(path) && !mayReachOperators) ? null : path;
    }

    private static JsonElement? Find(string hole, PartContext context, JsonElement? item)
    {
        var head = FieldPath.Head(hole);
        return item is { } element && head == FieldPath.Item
            ? FieldPath.Find(element, FieldPath.Tail(hole))
            : FieldPath.Find(context[head], FieldPath.Tail(hole));
    }

    // What a service put into a field becomes one segment at most: it cannot climb to another path.
    private static string? Encode(JsonElement? value) =>
        value is { } found && FieldPath.AsText(found) is { Length: > 0 } text and not ("." or "..") ? Uri.EscapeDataString(text) : null;
}
