namespace Portolan.Cli.Processes;

/// <summary>Asks a process on this machine whether it is ready.</summary>
internal sealed class HealthProbe : IDisposable
{
    // A proxy from the environment would be asked for 127.0.0.1, and cached connections would keep a stopping process busy.
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Null when it is ready; else what it answered instead.</summary>
    public async Task<string?> CheckAsync(int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = $"http://127.0.0.1:{port}/health/ready";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var response = await client.GetAsync(address, limit.Token);
            if (response.IsSuccessStatusCode)
            {
                return null;
            }

            var body = await response.Content.ReadAsStringAsync(limit.Token);
            return $"{address} answers {(int)response.StatusCode} {(body.Length > 300 ? body[..300] + "…" : body)}".TrimEnd();
        }
        catch (HttpRequestException)
        {
            return $"nothing answers at {address}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{address} did not answer within {timeout.TotalSeconds:0.#} s";
        }
    }

    public void Dispose() => client.Dispose();
}
