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

    /// <summary>What a gateway says of the services that it knows; null when it does not answer.</summary>
    public async Task<string?> SystemAsync(string gateway, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            // 503 says that all are down, and is an answer.
            using var response = await client.GetAsync($"{gateway}/health/system", limit.Token);
            return response.Content.Headers.ContentType?.MediaType == "application/json" ? await response.Content.ReadAsStringAsync(limit.Token) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => client.Dispose();
}
