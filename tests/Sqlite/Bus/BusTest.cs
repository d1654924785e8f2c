namespace Portolan.Sqlite.Tests.Bus;

/// <summary>A system of services in a folder of its own.</summary>
public abstract class BusTest : IAsyncLifetime
{
    private readonly List<BusService> opened = [];

    protected TemporaryFolder Folder { get; } = new();

    protected CapturedLogs Logs { get; } = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var service in opened)
        {
            await service.DisposeAsync();
        }

        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<BusService> OpenAsync(string name, TimeSpan? idlePoll = null)
    {
        var service = await BusService.OpenAsync(Folder.Path, name, Logs, idlePoll);
        opened.Add(service);
        return service;
    }
}
