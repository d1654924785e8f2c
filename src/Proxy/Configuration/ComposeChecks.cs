using Portolan.Composition;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Configuration;

/// <summary>What can be wrong with a composed route.</summary>
internal static class ComposeChecks
{
    public static void Check(RouteConfig route, PathTemplate template, string where, List<ConfigError> errors)
    {
        var parts = route.Compose!;
        if (parts.Count == 0)
        {
            errors.Add(new ConfigError(where + ".compose", "needs at least one part."));
        }

        if (route.Methods.Any(method => !method.Equals("GET", StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add(new ConfigError(where + ".methods", "a composed route only answers GET."));
        }

        var names = parts.Select(part => part.Name).ToHashSet();
        foreach (var part in parts)
        {
            CheckPart(part, new Scope(template.Names, names), $"{where}.compose.{part.Name}", errors);
        }

        foreach (var error in CompositionPlan.Check([.. parts.Select(part => (part.Name, PartDependencies.Of(part, names)))]))
        {
            errors.Add(new ConfigError(where + ".compose", char.ToLowerInvariant(error[0]) + error[1..]));
        }
    }

    /// <summary>The time of a part lies within that of the whole, or it would say nothing.</summary>
    public static void CheckTimes(RouteConfig route, TimeSpan whole, string where, List<ConfigError> errors)
    {
        foreach (var part in (route.Compose ?? []).Where(part => part.Timeout >= whole))
        {
            errors.Add(new ConfigError(
                $"{where}.compose.{part.Name}.timeout", $"must be less than the {Quantity.Write(whole)} that the whole answer has, which is 85% of the gateway's 'timeout'."));
        }
    }

    private static void CheckPart(PartConfig part, Scope scope, string where, List<ConfigError> errors)
    {
        if (part.First is { } first)
        {
            CheckFirst(part, first, scope, where, errors);
            return;
        }

        if (part.Service is null || part.Path is null)
        {
            errors.Add(new ConfigError(where, "needs 'service' and 'path', or 'first' with the name of an array part."));
            return;
        }

        RouteChecks.CheckService(part.Service, where + ".service", errors);
        if (part.Timeout <= TimeSpan.Zero)
        {
            errors.Add(new ConfigError(where + ".timeout", "must be longer than nothing."));
        }

        CheckStandIns(part, where, errors);
        if (part.Each is { } each && !scope.HasPart(each))
        {
            errors.Add(new ConfigError(where + ".each", $"'{each}' names no part; write a part and a field of it, such as order.items."));
        }

        if (!TextTemplate.TryParse(part.Path, out var path, out var error))
        {
            errors.Add(new ConfigError(where + ".path", error));
            return;
        }

        foreach (var hole in path.Holes.Where(hole => !scope.Knows(hole, part.Each is not null)))
        {
            errors.Add(new ConfigError(where + ".path", $"{{{hole}}} is neither a value of the route, nor a field of another part"
                + (part.Each is null ? "; {item…} needs 'each'." : ".")));
        }
    }

    private static void CheckStandIns(PartConfig part, string where, List<ConfigError> errors)
    {
        if (part.Alternative is { } alternative)
        {
            RouteChecks.CheckService(alternative, where + ".alternative", errors);
            if (alternative == part.Service)
            {
                errors.Add(new ConfigError(where + ".alternative", "is the service itself; name another one, or remove it."));
            }
        }

        if (part.Stale is { } stale && (stale <= TimeSpan.Zero || stale > TimeSpan.FromDays(1)))
        {
            errors.Add(new ConfigError(where + ".stale", "must be longer than nothing, up to 1d."));
        }

        if (part.Stale is not null && part.Each is not null)
        {
            errors.Add(new ConfigError(where + ".stale", "goes with one answer, not with 'each'; give 'default' or 'alternative'."));
        }
    }

    private static void CheckFirst(PartConfig part, string first, Scope scope, string where, List<ConfigError> errors)
    {
        if ((part.Service ?? part.Path ?? part.Each ?? part.Alternative ?? part.Default ?? (object?)part.Stale) is not null)
        {
            errors.Add(new ConfigError(where, "'first' stands alone: remove the other keys but 'optional'."));
        }

        if (!scope.HasPart(first) || first.Contains('.'))
        {
            errors.Add(new ConfigError(where + ".first", $"'{first}' names no part."));
        }
    }

    private sealed record Scope(IReadOnlyList<string> Route, IReadOnlySet<string> Parts)
    {
        public bool HasPart(string reference) => Parts.Contains(FieldPath.Head(reference));

        public bool Knows(string hole, bool each) =>
            (each && FieldPath.Head(hole) == FieldPath.Item) || Route.Contains(hole) || (hole.Contains('.') && HasPart(hole));
    }
}
