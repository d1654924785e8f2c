using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Core.Database;
using Portolan.Sqlite.Storage;
using Portolan.Sqlite.Tests.Bus;
using Xunit.Runner.InProc.SystemConsole;

namespace Portolan.Sqlite.Tests.Processes;

/// <summary>Runs the tests or, started by one of them, does one thing until it is killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["write", var path] => await WriteAsync(path),
        ["lock", var path, var name] => await LockAsync(path, name),
        ["receive", var folder] => await ReceiveAsync(folder),
        _ => await ConsoleRunner.Run(args),
    };

    // Says a number once its commit is acknowledged.
    private static async Task<int> WriteAsync(string path)
    {
        await using var store = await OpenAsync(path);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            for (var number = worker; ; number += 16)
            {
                await store.WriteAsync(async transaction => { await transaction.ExecuteAsync($"insert into numbers (n) values ({number})"); });
                Console.WriteLine(number);
            }
        }));
        return 0;
    }

    private static async Task<int> LockAsync(string path, string name)
    {
        await using var store = await OpenAsync(path);
        await using var held = await store.TryLockAsync(name);
        Console.WriteLine(held is null ? "refused" : "locked");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return 0;
    }

    // An instance of service "consumer": says what it received.
    private static async Task<int> ReceiveAsync(string folder)
    {
        await using var service = await BusService.OpenAsync(folder, "consumer", new CapturedLogs());
        await service.Bus.ReceiveAsync(
            (batch, _) =>
            {
                foreach (var envelope in batch)
                {
                    Console.WriteLine(envelope.Type + " " + envelope.Key);
                }

                return Task.CompletedTask;
            },
            CancellationToken.None);
        return 0;
    }

    private static async Task<SqliteStore> OpenAsync(string path) =>
        await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, TimeProvider.System, NullLoggerFactory.Instance);
}
