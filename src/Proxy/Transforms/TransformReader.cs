using System.Text.Json;
using Portolan.Proxy.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Transforms;

/// <summary>Reads <c>request</c> and <c>response</c> of a route.</summary>
internal sealed class TransformReader(YamlProblems problems)
{
    public RequestTransformConfig? Request(YamlFields route) =>
        route.Node("request") is { } node
        && YamlFields.Of(node, "request", problems, "headers", "query", "json", "stripPrefix", "addPrefix") is { } fields
            ? new RequestTransformConfig
            {
                Headers = Values(fields, "headers"),
                Query = Values(fields, "query"),
                Json = Json(fields),
                StripPrefix = fields.Text("stripPrefix", "the beginning of the route's path, such as /api"),
                AddPrefix = fields.Text("addPrefix", "a path such as /v1"),
            }
            : null;

    public ResponseTransformConfig? Response(YamlFields route) =>
        route.Node("response") is { } node && YamlFields.Of(node, "response", problems, "headers", "status", "json") is { } fields
            ? new ResponseTransformConfig { Headers = Values(fields, "headers"), Status = Statuses(fields), Json = Json(fields) }
            : null;

    private ValueChanges? Values(YamlFields fields, string key) =>
        fields.Node(key) is { } node && YamlFields.Of(node, key, problems, "set", "add", "remove") is { } changes
            ? new ValueChanges
            {
                Remove = [.. changes.OneOrMore("remove", "a name, or a list of them")],
                Set = Named(changes, "set", Text),
                Add = Named(changes, "add", Text),
            }
            : null;

    private JsonChanges? Json(YamlFields fields) =>
        fields.Node("json") is { } node && YamlFields.Of(node, "json", problems, "set", "remove", "rename", "maxSize") is { } changes
            ? new JsonChanges
            {
                Remove = [.. changes.OneOrMore("remove", "a field such as customer.email, or a list of them")],
                Rename = Named(changes, "rename", Text),
                Set = Named(changes, "set", YamlJson.Of),
                MaxSize = (int)Math.Min(changes.Size("maxSize") ?? 1024 * 1024, int.MaxValue),
            }
            : null;

    private ConfigList<StatusChange> Statuses(YamlFields fields) => new(
        from change in Named(fields, "status", Text)
        let numbers = (From: Number(change.Name), To: Number(change.Value))
        select new StatusChange(numbers.From, numbers.To));

    private static int Number(string text) => int.TryParse(text, out var number) ? number : 0;

    private ConfigList<NamedValue> Named(YamlFields fields, string key, Func<YamlScalarNode, string> read)
    {
        if (fields.Node(key) is not { } node)
        {
            return [];
        }

        var values = new List<NamedValue>();
        foreach (var (name, place, value) in YamlFields.Entries(node, key, problems) ?? [])
        {
            if (value is YamlScalarNode scalar)
            {
                values.Add(new NamedValue(name, read(scalar)));
            }
            else
            {
                problems.Add(place, $"expected one value as '{name}', not a list or a mapping.");
            }
        }

        return new ConfigList<NamedValue>(values);
    }

    private static string Text(YamlScalarNode node) => node.Value ?? "";
}
