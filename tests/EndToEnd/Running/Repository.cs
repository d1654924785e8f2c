namespace Portolan.EndToEnd.Tests.Running;

internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Portolan => Path.Combine(Root, "artifacts", "bin", "Cli", "release", "portolan.dll");

    public static string Shop => Path.Combine(Root, "samples", "shop");

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Portolan.slnx")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
