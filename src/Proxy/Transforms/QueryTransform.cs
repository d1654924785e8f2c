using System.Text;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Transforms;

/// <summary>Changes a query. Parameters that it does not touch stay byte for byte what they were, in their order.</summary>
internal sealed class QueryTransform(ValueChanges changes)
{
    private readonly HashSet<string> gone = [.. changes.Remove, .. changes.Set.Select(value => value.Name)];
    private readonly (string Name, ValueTemplate Value)[] written =
        [.. changes.Set.Concat(changes.Add).Select(value => (Uri.EscapeDataString(value.Name), new ValueTemplate(value.Value)))];

    public static QueryTransform? Of(ValueChanges? changes) => changes is null ? null : new QueryTransform(changes);

    /// <summary>The query, with its question mark; empty where nothing is left.</summary>
    public string Apply(string query, RouteMatch match)
    {
        var text = new StringBuilder();
        var rest = query.AsSpan(query.StartsWith('?') ? 1 : 0);
        foreach (var range in rest.Split('&'))
        {
            var parameter = rest[range];
            if (parameter.Length > 0 && !gone.Contains(NameOf(parameter)))
            {
                Separate(text).Append(parameter);
            }
        }

        foreach (var (name, value) in written)
        {
            Separate(text).Append(name).Append('=').Append(Uri.EscapeDataString(value.Decoded(match)));
        }

        return text.ToString();
    }

    private static StringBuilder Separate(StringBuilder text) => text.Append(text.Length == 0 ? '?' : '&');

    // As services read it, or a parameter could be hidden from its removal by an encoded letter.
    private static string NameOf(ReadOnlySpan<char> parameter)
    {
        var end = parameter.IndexOf('=');
        return Uri.UnescapeDataString((end < 0 ? parameter : parameter[..end]).ToString().Replace('+', ' '));
    }
}
