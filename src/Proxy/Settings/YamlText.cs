using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Settings;

/// <summary>Makes nodes of a text, or says in a reader's words why it cannot.</summary>
internal static partial class YamlText
{
    private const int Deepest = 100;
    private const long MostNodes = 1_000_000;

    /// <summary>The one document of the text; null, and a problem, when there is none.</summary>
    /// <param name="text">YAML, and so JSON too.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="expected">What an empty text should have been.</param>
    public static YamlNode? Load(string text, YamlProblems problems, string expected)
    {
        try
        {
            if (TooDeep(text) is { } place)
            {
                problems.Add(place, $"the file is nested more than {Deepest} deep; nothing here is.");
                return null;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count != 1)
            {
                problems.Add(new Mark(0, 1, 1), stream.Documents.Count == 0
                    ? $"the file is empty; expected {expected}."
                    : "expected one document; remove the line '---' between them.");
            }

            if (stream.Documents.Count != 1)
            {
                return null;
            }

            var root = stream.Documents[0].RootNode;
            if (SizeOf(root, new(ReferenceEqualityComparer.Instance)) > MostNodes)
            {
                problems.Add(root.Start, "its aliases (*name) contain themselves, or make more of the file than a gateway could use; write out what they stand for.");
                return null;
            }

            new YamlMerge(problems).Into(root);
            return root;
        }
        catch (YamlException broken)
        {
            Explain(broken, text, problems);
            return null;
        }
    }

    // With aliases written out; more than the most where one contains itself.
    private static long SizeOf(YamlNode node, Dictionary<YamlNode, long> known)
    {
        if (known.TryGetValue(node, out var size))
        {
            return size;
        }

        known[node] = MostNodes + 1;
        var inner = node switch
        {
            YamlSequenceNode list => list.Children,
            YamlMappingNode mapping => mapping.Children.SelectMany(pair => new[] { pair.Key, pair.Value }),
            _ => [],
        };
        foreach (var child in inner)
        {
            size = Math.Min(size + SizeOf(child, known), MostNodes + 1);
        }

        return known[node] = size + 1;
    }

    // Making nodes of it takes a piece of the stack for each level.
    private static Mark? TooDeep(string text)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > Deepest)
            {
                return parser.Current.Start;
            }
        }

        return null;
    }

    // The parser's own words are about its state, and its place is where it gave up; a few slips are common enough for better.
    private static void Explain(YamlException broken, string text, YamlProblems problems)
    {
        var lines = text.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        var tab = Array.FindIndex(lines, line => line.TakeWhile(char.IsWhiteSpace).Contains('\t'));
        if (tab >= 0)
        {
            problems.Add(new Mark(0, tab + 1, lines[tab].IndexOf('\t') + 1), "this line is indented with a tab; YAML takes spaces only.");
            return;
        }

        if (BareBraces(lines, broken) is { } path)
        {
            problems.Add(path.Place, $"between braces a path with braces needs quotes: \"{path.Text}\".");
            return;
        }

        var behind = broken.End.Line > lines.Length || broken.Start.Line > lines.Length;
        if (behind && Unclosed(lines) is { } open)
        {
            problems.Add(open.Place, $"this '{open.Bracket}' is never closed; add '{(open.Bracket == '{' ? '}' : ']')}'.");
            return;
        }

        var reason = (broken.InnerException?.Message ?? broken.Message).TrimEnd('.');
        if (reason.StartsWith("While parsing a block", StringComparison.OrdinalIgnoreCase) && !behind)
        {
            problems.Add(broken.Start, "this line stands neither beside the one before nor under it; check its indentation.");
            return;
        }

        problems.Add(
            broken.Start.Line > lines.Length ? new Mark(0, lines.Length, lines[^1].Length + 1) : broken.Start, $"this is not YAML: {char.ToLowerInvariant(reason[0])}{reason[1..]}.");
    }

    // In { path: /orders/{id}, … } the inner brace begins a mapping.
    private static (Mark Place, string Text)? BareBraces(string[] lines, YamlException broken)
    {
        for (var line = (int)Math.Min(broken.End.Line, lines.Length) - 1; line >= 0 && line >= broken.Start.Line - 2; line--)
        {
            if (BarePath().Match(lines[line]) is { Success: true } found)
            {
                return (new Mark(0, line + 1, found.Groups[1].Index + 1), found.Groups[1].Value);
            }
        }

        return null;
    }

    private static (Mark Place, char Bracket)? Unclosed(string[] lines)
    {
        var open = new Stack<(Mark Place, char Bracket)>();
        for (var line = 0; line < lines.Length; line++)
        {
            var code = Quoted().Replace(lines[line], quoted => new string('.', quoted.Length));
            for (var column = 0; column < code.Length && !(code[column] == '#' && (column == 0 || code[column - 1] == ' ')); column++)
            {
                if (code[column] is '{' or '[')
                {
                    open.Push((new Mark(0, line + 1, column + 1), code[column]));
                }
                else if (code[column] is '}' or ']')
                {
                    open.TryPop(out _);
                }
            }
        }

        return open.Count > 0 ? open.Peek() : null;
    }

    [GeneratedRegex(@"\{.*?[:,\[]\s*(/[^\s,""'{}]*\{[^{}]*\}[^\s,\]]*)")]
    private static partial Regex BarePath();

    [GeneratedRegex(@"(?<=[\s:,\[{]|^)(""(\\.|[^""\\])*""|'[^']*')")]
    private static partial Regex Quoted();
}
