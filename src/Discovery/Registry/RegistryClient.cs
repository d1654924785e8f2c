using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Portolan.Discovery.Registry;

/// <summary>The registry's native API as this process uses it.</summary>
internal sealed class RegistryClient(DiscoveryOptions options, TimeProvider clock) : IDisposable
{
    private const string IndexHeader = "X-Portolan-Index";
    private const string GraceHeader = "X-Portolan-Grace";
    private const int MaximumAnswer = 16 * 1024 * 1024;
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = new(NewHandler())
    {
        BaseAddress = options.Server,
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaximumAnswer,
    };

    /// <summary>The instances of a service; with an index, as soon as it is another, or after the wait.</summary>
    /// <exception cref="HttpRequestException">No answer, or one that is not a registry's.</exception>
    public async Task<WatchAnswer> WatchAsync(string service, long? index, TimeSpan wait, CancellationToken cancellationToken)
    {
        var path = $"v1/services/{Uri.EscapeDataString(service)}";
        if (index is null)
        {
            return await GetAsync(path, RequestTimeout, cancellationToken);
        }

        var milliseconds = (long)wait.TotalMilliseconds;
        try
        {
            return await GetAsync($"{path}?index={index}&wait={milliseconds}ms", wait + RequestTimeout, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            // It has as many watchers as it takes: this one asks from time to time instead.
            return await GetAsync(path, RequestTimeout, cancellationToken) with { Index = null };
        }
    }

    public async Task<IReadOnlyList<string>> ServicesAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, "v1/services", null, RequestTimeout, cancellationToken);
        var list = await response.Content.ReadFromJsonAsync(RegistryJson.Default.ServiceListDocument, cancellationToken);
        return [.. (list?.Services ?? []).Select(line => line.ServiceName).OfType<string>()];
    }

    public async Task RegisterAsync(string service, string id, RegistrationDocument registration, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(registration, RegistryJson.Default.RegistrationDocument);
        using var response = await SendAsync(HttpMethod.Put, PathOf(service, id), content, RequestTimeout, cancellationToken);
    }

    /// <summary>False when the registry does not know the instance.</summary>
    public async Task<bool> HeartbeatAsync(string service, string id, string status, CancellationToken cancellationToken)
    {
        try
        {
            using var content = JsonContent.Create(new HeartbeatDocument(status), RegistryJson.Default.HeartbeatDocument);
            using var response = await SendAsync(
                HttpMethod.Put, PathOf(service, id) + "/heartbeat", content, RequestTimeout, cancellationToken);
            return true;
        }
        catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public async Task DeregisterAsync(string service, string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, PathOf(service, id), null, timeout, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async Task<WatchAnswer> GetAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, timeout, cancellationToken);
        var document = await response.Content.ReadFromJsonAsync(RegistryJson.Default.ServiceDocument, cancellationToken);
        var instances = (document?.Instances ?? []).Select(instance => instance.ToInstance()).Where(instance => instance.Host.Length > 0);
        return new WatchAnswer(ReadNumber(response, IndexHeader), [.. instances], TimeSpan.FromSeconds(ReadNumber(response, GraceHeader) ?? 0));
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var response = await http.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {timeout.TotalSeconds:0.#} s", exception);
        }
    }

    private static async Task<HttpRequestException> RefusalAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync();
            var excerpt = body.Length > 1000 ? body[..1000] : body;
            return new HttpRequestException($"answered {(int)response.StatusCode}: {excerpt}", null, response.StatusCode);
        }
    }

    private static long? ReadNumber(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string PathOf(string service, string id) =>
        $"v1/services/{Uri.EscapeDataString(service)}/instances/{Uri.EscapeDataString(id)}";

    // Not through a proxy, and without tracing headers: long polls belong to no request.
    private static SocketsHttpHandler NewHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
    };
}
