using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Settings;

/// <summary>Makes nodes of a text, or says in a reader's words why it cannot.</summary>
internal static class YamlText
{
    private const int Deepest = 100;

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

            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode : null;
        }
        catch (YamlException broken)
        {
            Explain(broken, text, problems);
            return null;
        }
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

    // The parser's own words are about its state, and its place is where it gave up; one slip is common enough for better.
    private static void Explain(YamlException broken, string text, YamlProblems problems)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var tab = Array.FindIndex(lines, line => line.TakeWhile(char.IsWhiteSpace).Contains('\t'));
        if (tab >= 0)
        {
            problems.Add(new Mark(0, tab + 1, lines[tab].IndexOf('\t') + 1), "this line is indented with a tab; YAML takes spaces only.");
            return;
        }

        var reason = (broken.InnerException?.Message ?? broken.Message).TrimEnd('.');
        problems.Add(broken.Start, $"this is not YAML: {char.ToLowerInvariant(reason[0])}{reason[1..]}.");
    }
}
