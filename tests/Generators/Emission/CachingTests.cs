using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Portolan.Generators.Tests.Emission;

public sealed class CachingTests
{
    private const string Source =
        """
        [Event("placed.v1", Key = nameof(Id))] public sealed record Placed(string Id);
        public sealed class Create : Stubs.AnySaga;
        public static class Orders
        {
            public static async Task<string> LoadAsync(Placed m) => await Task.FromResult(m.Id);
            [Handler] public static Rejection Handle(Placed m, string id) => new(id, id);
        }
        """;

    [Fact]
    public void An_edit_elsewhere_writes_nothing_again() =>
        Assert.Equal([IncrementalStepRunReason.Cached], OutputsAfter(Source, "class Elsewhere { int x = 1; }"));

    [Fact]
    public void An_edit_that_only_moves_things_writes_nothing_again() =>
        Assert.Equal([IncrementalStepRunReason.Cached], OutputsAfter("// a comment above\n\n" + Source, ""));

    [Fact]
    public void An_edit_inside_a_handler_writes_nothing_again() =>
        Assert.Equal([IncrementalStepRunReason.Cached], OutputsAfter(Source.Replace("new(id, id)", "new(id, m.Id)", StringComparison.Ordinal), ""));

    [Fact]
    public void A_new_parameter_is_written() =>
        Assert.Equal([IncrementalStepRunReason.Modified], OutputsAfter(Source.Replace("string id)", "string id, CancellationToken t)", StringComparison.Ordinal), ""));

    private static IEnumerable<IncrementalStepRunReason> OutputsAfter(string source, string other)
    {
        var before = Snippet.Compile(OutputKind.ConsoleApplication, [], Stubs.Usings, Stubs.Hosting, Stubs.Program, "", Source);
        var trees = before.SyntaxTrees;
        var after = before
            .ReplaceSyntaxTree(trees[^1], CSharpSyntaxTree.ParseText(source, path: trees[^1].FilePath))
            .ReplaceSyntaxTree(trees[^2], CSharpSyntaxTree.ParseText(other, path: trees[^2].FilePath));

        var result = Snippet.NewDriver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();

        // Parts first compares what was read; only when it differs does the source get written.
        Assert.All(result.TrackedSteps[PortolanGenerator.PartsStep].SelectMany(step => step.Outputs), output => Assert.NotEqual(IncrementalStepRunReason.New, output.Reason));
        return result.TrackedOutputSteps
            .SelectMany(step => step.Value)
            .SelectMany(step => step.Outputs)
            .Select(output => output.Reason)
            .Distinct();
    }
}
