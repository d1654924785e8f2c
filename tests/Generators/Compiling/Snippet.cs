using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Portolan.Generators.Tests.Compiling;

/// <summary>Compiles source with the generator, in this process.</summary>
internal static class Snippet
{
    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Portolan.Generators", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>A service: an executable that references Hosting and calls AddPortolan.</summary>
    public static Compiled Service(string source, params MetadataReference[] references) =>
        Run(Compile(OutputKind.ConsoleApplication, references, Stubs.Usings, Stubs.Hosting, Stubs.Program, source));

    public static CSharpCompilation Compile(OutputKind kind, IEnumerable<MetadataReference> references, params string[] sources) =>
        CSharpCompilation.Create(
            $"Snippet{Guid.CreateVersion7():N}",
            sources.Select((source, index) => CSharpSyntaxTree.ParseText(source, path: index == sources.Length - 1 ? "Snippet.cs" : $"Stub{index}.cs")),
            References.AddRange(references),
            new(kind, nullableContextOptions: NullableContextOptions.Enable));

    public static Compiled Run(Compilation compilation)
    {
        var driver = NewDriver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        return new(output, diagnostics, driver.GetRunResult());
    }

    public static GeneratorDriver NewDriver() =>
        CSharpGeneratorDriver.Create(
            [new PortolanGenerator().AsSourceGenerator()],
            driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
}
