using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Settings;

/// <summary>A mapping with known keys; asks for a field report what was expected where something else stands.</summary>
internal sealed partial class YamlFields
{
    private readonly YamlMappingNode node;
    private readonly string what;
    private readonly YamlProblems problems;

    private YamlFields(YamlMappingNode node, string what, YamlProblems problems)
    {
        this.node = node;
        this.what = what;
        this.problems = problems;
    }

    public Mark Place => node.Start;

    /// <summary>Null, and a problem, when the node is no mapping; unknown keys are problems too.</summary>
    public static YamlFields? Of(YamlNode node, string what, YamlProblems problems, params string[] known)
    {
        if (Entries(node, what, problems) is not { } entries)
        {
            return null;
        }

        // What begins with x- is the writer's own: notes, and parts to be used with an alias, as in files of Compose.
        foreach (var (key, place, _) in entries.Where(entry => !known.Contains(entry.Key) && !entry.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            var hint = Nearest.Hint(key, known);
            problems.Add(place, $"unknown key '{key}' in {what}" + (hint.Length > 0 ? hint : $"; it takes {string.Join(", ", known)}."));
        }

        return new YamlFields((YamlMappingNode)node, what, problems);
    }

    /// <summary>The same of a mapping whose keys somebody else has looked at.</summary>
    public static YamlFields? OfKnown(YamlNode node, string what, YamlProblems problems) =>
        node is YamlMappingNode mapping ? new YamlFields(mapping, what, problems) : null;

    /// <summary>The pairs of a mapping whose keys are names the user chose; null, and a problem, when it is none.</summary>
    public static IReadOnlyList<(string Key, Mark Place, YamlNode Value)>? Entries(YamlNode node, string what, YamlProblems problems)
    {
        if (node is not YamlMappingNode mapping)
        {
            problems.Add(node.Start, $"expected {what} as a mapping (key: value), found {Describe(node)}.");
            return null;
        }

        var entries = new List<(string, Mark, YamlNode)>();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { Length: > 0 } text })
            {
                entries.Add((text, key.Start, value));
            }
            else
            {
                problems.Add(key.Start, $"expected a name as key in {what}, found {Describe(key)}.");
            }
        }

        return entries;
    }

    public YamlNode? Node(string key) =>
        node.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode scalar && scalar.Value == key).Value;

    public Mark PlaceOf(string key) => Node(key)?.Start ?? node.Start;

    public string? Text(string key, string expected) => Node(key) is { } value ? Scalar(value, key, expected) : null;

    public string? RequiredText(string key, string expected)
    {
        if (Node(key) is null)
        {
            problems.Add(node.Start, $"{what} needs '{key}': {expected}.");
        }

        return Text(key, expected);
    }

    public int? Number(string key, int minimum, int maximum)
    {
        var expected = $"a whole number from {minimum} to {maximum}";
        if (Text(key, expected) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        problems.Add(PlaceOf(key), $"expected {expected} as '{key}', found '{text}'.");
        return null;
    }

    public bool Flag(string key, bool otherwise = false)
    {
        var text = Text(key, "true or false");
        if (text is not (null or "true" or "false"))
        {
            problems.Add(PlaceOf(key), $"expected true or false as '{key}', found '{text}'.");
        }

        return text is null ? otherwise : text is "true";
    }

    public IReadOnlyList<YamlNode> List(string key, string expected)
    {
        switch (Node(key))
        {
            case null:
                return [];
            case YamlSequenceNode list:
                return [.. list.Children];
            case var other:
                problems.Add(other.Start, $"expected {expected} as '{key}', found {Describe(other)}.");
                return [];
        }
    }

    public IEnumerable<string> Texts(string key, string expected) =>
        List(key, expected).Select(item => Scalar(item, key, expected)).OfType<string>();

    /// <summary>Texts of a list, or the one text that stands in its place.</summary>
    public IEnumerable<string> OneOrMore(string key, string expected) =>
        Node(key) is YamlScalarNode ? Text(key, expected) is { } one ? [one] : [] : Texts(key, expected);

    private string? Scalar(YamlNode value, string key, string expected)
    {
        if (value is YamlScalarNode { Value: { Length: > 0 } text })
        {
            return text;
        }

        problems.Add(value.Start, $"expected {expected} as '{key}', found {Describe(value)}.");
        return null;
    }

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode { Value: { Length: > 0 } text } => $"'{text}'",
        YamlScalarNode => "nothing",
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };
}
