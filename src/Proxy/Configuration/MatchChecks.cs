using System.Buffers;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Configuration;

/// <summary>What can be wrong with the requests that routes are for.</summary>
internal static class MatchChecks
{
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._[:]");

    public static void Check(RouteConfig route, string where, List<ConfigError> errors)
    {
        foreach (var host in route.Hosts.Where(host => !IsHost(host)))
        {
            errors.Add(new ConfigError(where + ".host", $"'{host}' is no host; write shop.example, or *.shop.example for all below it, without a port."));
        }

        foreach (var header in route.Headers.Where(header => !HttpText.IsToken(header.Name)))
        {
            errors.Add(new ConfigError(where + ".headers", $"'{header.Name}' is no header's name."));
        }
    }

    /// <summary>Two routes of equal conditions: the second would never be taken.</summary>
    public static void CheckDuplicates(ConfigList<RouteConfig> routes, List<ConfigError> errors)
    {
        var taken = new Dictionary<string, int>();
        for (var index = 0; index < routes.Count; index++)
        {
            if (!PathTemplate.TryParse(routes[index].Path, out var template, out _))
            {
                continue;
            }

            foreach (var one in Shapes(routes[index], template).SelectMany(shape => Each(routes[index], shape)))
            {
                if (!taken.TryAdd(one, index) && taken[one] != index)
                {
                    errors.Add(new ConfigError(
                        $"routes[{index}].path", $"'{routes[index].Path}' matches the same requests as routes[{taken[one]}]; give one of them other methods, or remove it."));
                    break;
                }
            }
        }
    }

    private static IEnumerable<string> Shapes(RouteConfig route, PathTemplate template)
    {
        if (route.Version?.HasPlainPath != false)
        {
            yield return template.Shape;
        }

        foreach (var version in route.Version?.Path is null ? [] : route.Version.Versions)
        {
            if (PathTemplate.TryParse(route.Version!.Path!.Replace("{version}", version.Name, StringComparison.Ordinal), out var versioned, out _))
            {
                yield return versioned.Shape;
            }
        }
    }

    private static IEnumerable<string> Each(RouteConfig route, string shape) =>
        from host in route.Hosts.Count == 0 ? ["*"] : route.Hosts.Select(host => host.ToLowerInvariant())
        from method in route.Methods.Count == 0 ? ["*"] : route.Methods.Select(method => method.ToUpperInvariant())
        select string.Join('\n', [
            method, host, shape,
            .. route.Headers.Select(header => $"header {header.Name.ToLowerInvariant()}={header.Value}").Order(StringComparer.Ordinal),
            .. route.Query.Select(parameter => $"query {parameter}").Order(StringComparer.Ordinal),
            route.Flag ?? "",
        ]);

    private static bool IsHost(string host)
    {
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host.AsSpan(2) : host;
        return !name.IsEmpty && !name.ContainsAnyExcept(HostCharacters) && name[0] != '.' && name[^1] != '.'
            && (!name.Contains(':') || name[^1] == ']');
    }
}
