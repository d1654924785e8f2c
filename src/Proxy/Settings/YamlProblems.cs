using YamlDotNet.Core;

namespace Portolan.Proxy.Settings;

/// <summary>Gathers everything that is wrong with a file, so that it is reported at once.</summary>
internal sealed class YamlProblems(string file)
{
    private readonly List<(long Line, long Column, string Text)> found = [];

    public int Count => found.Count;

    /// <summary>In the file's order, each at its <c>file:line:column</c>.</summary>
    public IReadOnlyList<ConfigError> Errors =>
        [.. found.Distinct().OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)
            .Select(problem => new ConfigError($"{file}:{problem.Line}:{problem.Column}", problem.Text))];

    /// <summary>True when something is wrong at this place.</summary>
    public bool Has(Mark place) => found.Any(problem => (problem.Line, problem.Column) == (place.Line, place.Column));

    public void Add(Mark place, string text)
    {
        // What several aliases lead to is wrong once.
        if (!found.Contains((place.Line, place.Column, text)))
        {
            found.Add((place.Line, place.Column, text));
        }
    }

    /// <summary>One line a problem, in the file's order: <c>file:line:column: what is wrong</c>.</summary>
    public override string ToString() => string.Join('\n', Errors);
}
