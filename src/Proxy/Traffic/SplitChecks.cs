using System.Buffers;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Traffic;

/// <summary>What can be wrong with what divides a route's requests.</summary>
internal static class SplitChecks
{
    // Of a header's and of a cookie's name, and of what stands in a header as a value.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <param name="split">What was read.</param>
    /// <param name="where">Its place.</param>
    /// <param name="checkService">Checks a service's name, at its place.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Check(SplitConfig split, string where, Action<string, string> checkService, List<ConfigError> errors)
    {
        if (split.Variants.Count < 2)
        {
            errors.Add(new ConfigError(where, "a split has at least two variants; for one write 'service'."));
        }

        for (var index = 0; index < split.Variants.Count; index++)
        {
            CheckVariant(split.Variants[index], $"{where}.variants[{index}]", checkService, errors);
        }

        foreach (var twice in split.Variants.GroupBy(variant => variant.Name).Where(group => group.Count() > 1))
        {
            errors.Add(new ConfigError(where + ".variants", $"two variants are called '{twice.Key}'; give one of them another 'name'."));
        }

        if (split.Variants.Count > 0 && split.Variants.All(variant => variant.Weight == 0))
        {
            errors.Add(new ConfigError(where + ".variants", "every weight is 0, so that nobody would answer; give at least one a weight."));
        }

        CheckSubject(split.Subject, where, errors);
    }

    /// <summary>Checks what a strangler's split does not: its services stand elsewhere.</summary>
    public static void Check(StranglerConfig strangler, string where, Action<string, string> checkService, List<ConfigError> errors)
    {
        checkService(strangler.Legacy, where + ".legacy");
        checkService(strangler.Modern, where + ".modern");
        if (strangler.Percent is < 0 or > 100)
        {
            errors.Add(new ConfigError(where + ".percent", "is a number from 0 to 100."));
        }

        CheckSubject(strangler.Subject, where, errors);
    }

    /// <summary>Routes may share a split, but then it must be one.</summary>
    public static void CheckShared(IReadOnlyList<(SplitConfig Split, string Where)> splits, List<ConfigError> errors)
    {
        var first = new Dictionary<string, (SplitConfig Split, string Where)>();
        foreach (var (split, where) in splits)
        {
            if (!first.TryAdd(split.Name, (split, where)) && first[split.Name].Split != split)
            {
                errors.Add(new ConfigError(where, $"'{split.Name}' is not the same as at {first[split.Name].Where}; make the two alike, or give one of them another name."));
            }
        }
    }

    private static void CheckVariant(VariantConfig variant, string where, Action<string, string> checkService, List<ConfigError> errors)
    {
        checkService(variant.Service, where + ".service");
        if (variant.Name is "true" or "false" || !IsToken(variant.Name))
        {
            errors.Add(new ConfigError(where + ".name", $"'{variant.Name}' cannot stand in X-Canary; call it something else, of letters, digits, '-' and '.'."));
        }

        if (variant.Weight is < 0 or > VariantConfig.MaximumWeight)
        {
            errors.Add(new ConfigError(where + ".weight", $"is a whole number from 0 to {VariantConfig.MaximumWeight}."));
        }
    }

    /// <summary>Checks who stays with what.</summary>
    public static void CheckSubject(SubjectConfig subject, string where, List<ConfigError> errors)
    {
        if (subject.By != SubjectKind.Address && !IsToken(subject.Name))
        {
            errors.Add(new ConfigError(where + ".by", $"'{subject.Name}' is not the name of a {(subject.By == SubjectKind.Cookie ? "cookie" : "header")}."));
        }
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Token);
}
