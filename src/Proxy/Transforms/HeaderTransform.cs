using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Transforms;

/// <summary>Changes headers.</summary>
internal sealed class HeaderTransform(ValueChanges changes)
{
    private readonly string[] removed = [.. changes.Remove];
    private readonly (string Name, ValueTemplate Value)[] set = Compile(changes.Set);
    private readonly (string Name, ValueTemplate Value)[] added = Compile(changes.Add);

    public static HeaderTransform? Of(ValueChanges? changes) => changes is null ? null : new HeaderTransform(changes);

    public void Apply(IHeaderDictionary headers, RouteMatch match)
    {
        foreach (var name in removed)
        {
            headers.Remove(name);
        }

        foreach (var (name, value) in set)
        {
            headers[name] = value.Raw(match);
        }

        foreach (var (name, value) in added)
        {
            headers[name] = StringValues.Concat(headers[name], value.Raw(match));
        }
    }

    private static (string, ValueTemplate)[] Compile(ConfigList<NamedValue> values) =>
        [.. values.Select(value => (value.Name, new ValueTemplate(value.Value)))];
}
