using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.ControlPlane;
using Portolan.Core.Addresses;
using Portolan.Core.Database;
using Portolan.Observability.Correlation;
using Portolan.Observability.Problems;
using Portolan.Sqlite.Storage;

namespace Portolan.Cli.Serving;

/// <summary>The control plane as a process.</summary>
internal static class ServerProcess
{
    public const string Name = "server";

    public static async Task<int> RunAsync(int port, string store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Address.TryParse(store, out var address) || address.Scheme != "sqlite")
        {
            throw CliException.OfUsage($"--store takes an address like sqlite:.portolan/server.db, not '{store}'.");
        }

        var builder = LoopbackApp.CreateBuilder(Name, port);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<Store>(provider => Open(address, provider));
        builder.Services.AddControlPlane();
        await using var app = builder.Build();

        // First: whatever fails behind it is logged and answered with the ids of the request.
        app.UseCorrelation();
        app.UseProblems();
        app.MapControlPlane();
        await app.RunAsync(cancellationToken);
        return 0;
    }

    // The container makes singletons synchronously; opening a local file does not wait for anything remote.
    private static SqliteStore Open(Address address, IServiceProvider provider)
    {
        var options = new SqliteStoreOptions { Path = address.PathUnder(Directory.GetCurrentDirectory()) };
        try
        {
            return SqliteStore.OpenAsync(options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()).AsTask().GetAwaiter().GetResult();
        }
        catch (StoreException unusable)
        {
            throw new CliException($"Cannot open the server's store {options.Path}: {unusable.Message}");
        }
    }
}
