using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Flags;

/// <summary>Reads and checks <c>flags</c> of a gateway.</summary>
internal static class FlagReader
{
    private const int LongestName = 64;

    public static ConfigList<FlagConfig> Read(YamlFields gateway, YamlProblems problems) => gateway.Node("flags") is not { } flags
        ? []
        : [.. (YamlFields.Entries(flags, "flags", problems) ?? []).Select(entry => Read(entry.Key, entry.Value, flags, problems)).OfType<FlagConfig>()];

    public static void Check(ConfigList<FlagConfig> flags, List<ConfigError> errors)
    {
        if (flags.Count > FlagConfig.Most)
        {
            errors.Add(new ConfigError("flags", $"has {flags.Count} flags, and {FlagConfig.Most} are the most; remove those that are decided."));
        }

        foreach (var flag in flags)
        {
            var where = $"flags.{flag.Name}";
            if (flag.Name.Length is 0 or > LongestName || !flag.Name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
            {
                errors.Add(new ConfigError(where, $"'{flag.Name}' is not a flag's name: 1 to {LongestName} of a-z, 0-9 and '-'."));
            }

            if (flag.Percent is < 0 or > 100)
            {
                errors.Add(new ConfigError(where + ".percent", "is a number from 0 to 100."));
            }

            SplitChecks.CheckSubject(flag.Subject, where, errors);
        }

        foreach (var twice in flags.GroupBy(flag => flag.Name).Where(group => group.Count() > 1))
        {
            errors.Add(new ConfigError("flags", $"two flags are called '{twice.Key}'; give one of them another name."));
        }
    }

    /// <summary>Checks the flag that a route needs.</summary>
    public static void CheckRoute(string needed, ConfigList<FlagConfig> flags, string where, List<ConfigError> errors)
    {
        var names = flags.Select(flag => flag.Name).ToList();
        if (!names.Contains(needed))
        {
            var hint = Nearest.Hint(needed, names);
            errors.Add(new ConfigError(where, $"there is no flag '{needed}'" + (hint.Length > 0 ? hint : names.Count > 0 ? $"; there are {string.Join(", ", names)}." : "; add it to 'flags' of the gateway.")));
        }
    }

    private static FlagConfig? Read(string name, YamlNode node, YamlNode flags, YamlProblems problems)
    {
        if (node is YamlScalarNode)
        {
            return new FlagConfig { Name = name, Percent = YamlFields.OfKnown(flags, "flags", problems)!.Flag(name) ? 100 : 0 };
        }

        var fields = YamlFields.Of(node, $"flag '{name}'", problems, "percent", "always", "by", "override");
        return fields is null ? null : new FlagConfig
        {
            Name = name,
            Percent = fields.Number("percent", 0, 100) ?? 0,
            Always = [.. fields.OneOrMore("always", "a subject, or a list of them")],
            Subject = SplitReader.Subject(fields, problems),
            Override = fields.Flag("override"),
        };
    }
}
