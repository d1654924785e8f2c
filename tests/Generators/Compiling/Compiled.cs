using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace Portolan.Generators.Tests.Compiling;

/// <summary>A compilation after the generator ran.</summary>
internal sealed record Compiled(Compilation Output, ImmutableArray<Diagnostic> Diagnostics, GeneratorDriverRunResult Run)
{
    /// <summary>Portolan.g.cs, or null where none was written.</summary>
    public string? Generated =>
        Run.Results[0].GeneratedSources.Where(source => source.HintName == "Portolan.g.cs").Select(source => source.SourceText.ToString()).SingleOrDefault();

    /// <summary>Each diagnostic as id, severity, and the text it points at.</summary>
    public IEnumerable<string> Findings => Diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).Select(Describe);

    public string Message(string id) => Assert.Single(Diagnostics, diagnostic => diagnostic.Id == id).GetMessage();

    /// <summary>What the C# compiler says about the source together with what was generated.</summary>
    public IEnumerable<string> CompilerComplaints =>
        Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(diagnostic => diagnostic.ToString());

    /// <summary>Loads the emitted program and lets it call AddPortolan.</summary>
    public Service Start()
    {
        Assert.Empty(CompilerComplaints);
        using var image = new MemoryStream();
        Assert.True(Output.Emit(image).Success);
        var assembly = Assembly.Load(image.ToArray());
        var services = assembly.GetType("Program")!.GetMethod("Build")!.Invoke(null, null);
        return new(assembly, (IServiceCollection)services!);
    }

    private string Describe(Diagnostic diagnostic)
    {
        var tree = Output.SyntaxTrees.Single(tree => tree.FilePath == diagnostic.Location.GetLineSpan().Path);
        return $"{diagnostic.Id} {diagnostic.Severity} {tree.GetText(TestContext.Current.CancellationToken).ToString(diagnostic.Location.SourceSpan)}";
    }
}
