using Portolan.Discovery.Registry;

namespace Portolan.Discovery.Watching;

/// <summary>The names of all services, asked for at most every few seconds.</summary>
internal sealed class ServiceNames(DiscoveryOptions options, StaticServices placed, RegistryClient client, RegistryContact contact, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim asking = new(1, 1);
    private IReadOnlyList<string> known = [];
    private DateTimeOffset validUntil;

    public async ValueTask<IReadOnlyList<string>> GetAsync(CancellationToken cancellationToken)
    {
        if (options.Server is not null)
        {
            await asking.WaitAsync(cancellationToken);
            try
            {
                await RefreshAsync(options.Server, cancellationToken);
            }
            finally
            {
                asking.Release();
            }
        }

        return [.. known.Union(placed.Names, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
    }

    public void Dispose() => asking.Dispose();

    private async Task RefreshAsync(Uri server, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() < validUntil)
        {
            return;
        }

        using var limit = new CancellationTokenSource(options.LookupTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            known = await client.ServicesAsync(either.Token);
            contact.Answered();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The last list stands, whatever it was.
            contact.Lost(limit.IsCancellationRequested ? new TimeoutException($"no answer from {server}") : exception);
        }

        validUntil = clock.GetUtcNow() + CachePresets.Volatile;
    }
}
