using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Cli.Running;

namespace Portolan.Cli.Build;

/// <summary>The last successful build: while its fingerprint holds, nothing needs building.</summary>
/// <param name="Programs">Project file to the assembly that it became.</param>
/// <param name="Projects">All projects that took part, those referenced included.</param>
internal sealed record BuildStamp(
    string Configuration, IReadOnlyDictionary<string, string> Programs, IReadOnlyList<string> Projects, string Fingerprint)
{
    /// <summary>Null when there was no such build.</summary>
    public static BuildStamp? Read(string folder) => StateFile.Read(PathIn(folder), BuildJson.Default.BuildStamp);

    public void Write(string folder) => StateFile.Write(PathIn(folder), this, BuildJson.Default.BuildStamp);

    /// <summary>True when these projects were built like this and their programs are there.</summary>
    public bool Covers(IEnumerable<string> projects, string configuration) =>
        Configuration == configuration
        && projects.All(project => Programs.TryGetValue(project, out var program) && File.Exists(program));

    private static string PathIn(string folder) => Path.Combine(folder, "stamp.json");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(BuildStamp))]
internal sealed partial class BuildJson : JsonSerializerContext;
