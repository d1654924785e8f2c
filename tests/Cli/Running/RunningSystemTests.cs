using Portolan.Cli.Running;

namespace Portolan.Cli.Tests.Running;

public sealed class RunningSystemTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SystemIndex index;

    public RunningSystemTests() => index = new SystemIndex(folder["home"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_system_runs_while_its_lock_is_held_and_no_longer()
    {
        var held = await RunAsync("shop");
        Assert.Equal("shop", Assert.Single(index.Running()).State.Name);
        Assert.Null(await SystemLock.TryAcquireAsync(PathsOf("shop"), TimeProvider.System, CancellationToken.None));

        await held.DisposeAsync();

        Assert.Empty(index.Running());
    }

    [Fact]
    public async Task The_folder_is_optional_while_one_system_runs()
    {
        await using var held = await RunAsync("shop");

        Assert.Equal("shop", RunningSystem.Find(null, index, "ps").State.Name);
        Assert.Equal("shop", RunningSystem.Find("shop", index, "ps").State.Name);
        Assert.Equal("shop", RunningSystem.Find(folder["shop"], index, "ps").State.Name);
    }

    [Fact]
    public async Task Of_several_one_has_to_be_named()
    {
        await using var shop = await RunAsync("shop");
        await using var bank = await RunAsync("bank");

        var message = Assert.Throws<CliException>(() => RunningSystem.Find(null, index, "ps")).Message;

        Assert.Equal($"Several systems are running; say which: portolan ps <folder>. Running: bank ({folder["bank"]}), shop ({folder["shop"]}).", message);
    }

    [Fact]
    public void Without_any_it_says_how_to_start_one() =>
        Assert.Equal("No system is running. Start one with 'portolan up <folder>'.", Assert.Throws<CliException>(() => RunningSystem.Find(null, index, "ps")).Message);

    private SystemPaths PathsOf(string name) => new(folder[name]);

    private async Task<FileStream> RunAsync(string name)
    {
        var paths = PathsOf(name);
        var held = await SystemLock.TryAcquireAsync(paths, TimeProvider.System, CancellationToken.None);
        StateFile.Write(paths.State, new SystemState(name, paths.Folder, 1, "http://127.0.0.1:8500", null, []), RunningJson.Default.SystemState);
        index.Add(name, paths);
        return held!;
    }
}
