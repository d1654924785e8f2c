using System.Security;
using System.Text;

namespace Portolan.Cli.Build;

/// <summary>The MSBuild project that builds all services of a system in one go.</summary>
internal static class BuildProject
{
    public const string FileName = "build.proj";
    public const string ReportFileName = "report.targets";
    public const string ProgramsFileName = "programs.txt";
    public const string ProjectsFolderName = "projects";

    /// <summary>Writes the project and the targets it injects into every project that it builds.</summary>
    public static void Write(string folder, IEnumerable<string> projects)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), Text(projects));
        File.WriteAllText(Path.Combine(folder, ReportFileName), Report);
    }

    /// <summary>
    /// Restore is one call for all, because the projects share references and would write the same files; then one parallel
    /// build; then each project says where its program is.
    /// </summary>
    public static string Text(IEnumerable<string> projects)
    {
        var services = new StringBuilder();
        foreach (var project in projects)
        {
            services.Append($"\n    <Service Include=\"{Escape(project)}\" />");
        }

        return $"""
            <Project DefaultTargets="BuildAll">
              <ItemGroup>{services}
                <RestoreGraphProjectInputItems Include="@(Service)" />
              </ItemGroup>
              <PropertyGroup>
                <Passed>Configuration=$(Configuration);CustomAfterMicrosoftCommonTargets=$(MSBuildProjectDirectory)/{ReportFileName};PortolanProjects=$(MSBuildProjectDirectory)/{ProjectsFolderName}</Passed>
              </PropertyGroup>
              <Import Project="$(MSBuildExtensionsPath)/NuGet.targets" />
              <Target Name="BuildAll">
                <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="Restore" Properties="MSBuildRestoreSessionId=$([System.Guid]::NewGuid())" />
                <MSBuild Projects="@(Service)" Targets="Build" Properties="$(Passed)" BuildInParallel="true" />
                <MSBuild Projects="@(Service)" Targets="GetTargetPath" Properties="$(Passed)" BuildInParallel="true">
                  <Output TaskParameter="TargetOutputs" ItemName="Program" />
                </MSBuild>
                <WriteLinesToFile File="$(MSBuildProjectDirectory)/{ProgramsFileName}" Lines="@(Program->'%(MSBuildSourceProjectFile)|%(FullPath)')" Overwrite="true" />
              </Target>
            </Project>

            """;
    }

    // One file a project: they are built at the same time. References that only run in the build report themselves too.
    private const string Report = """
        <Project>
          <Target Name="PortolanReportProject" AfterTargets="Build">
            <WriteLinesToFile File="$(PortolanProjects)/$([MSBuild]::StableStringHash($(MSBuildProjectFullPath))).txt" Lines="$(MSBuildProjectFullPath)" Overwrite="true" />
          </Target>
        </Project>

        """;

    // MSBuild would take these for its own syntax in an item's name.
    private static string Escape(string path) =>
        SecurityElement.Escape(path.Replace("%", "%25").Replace(";", "%3B").Replace("$", "%24").Replace("@", "%40").Replace("*", "%2A").Replace("?", "%3F"));
}
