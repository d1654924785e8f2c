using System.Net;
using Portolan.Registry.Catalogue;

namespace Portolan.ControlPlane.Operators;

/// <summary>
/// Reaches the services' own operator surfaces. The instances of a service share its store, so for what lies there one that
/// answers is enough; a second is tried when the first is gone but its lease is not.
/// </summary>
internal sealed class OperatorSurface(ServiceCatalogue catalogue, TimeProvider clock) : IDisposable
{
    private const string NoneHealthy = "no instance is healthy";
    private const int MaximumAnswer = 8 * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaximumAnswer,
    };

    /// <summary>Asks every service at the same time; the answers come as they arrive.</summary>
    public IEnumerable<Task<ServiceAnswer>> AskAll(string path, CancellationToken cancellationToken) =>
        [.. catalogue.Services().Select(state => AskAsync(state, HttpMethod.Get, path, cancellationToken))];

    /// <summary>Asks one service.</summary>
    public Task<ServiceAnswer> AskAsync(string service, HttpMethod method, string path, CancellationToken cancellationToken) =>
        AskAsync(catalogue.Get(service), method, path, cancellationToken);

    /// <summary>Asks every healthy instance, of one service or of all, or a single one: for what each has in its own memory.</summary>
    public IEnumerable<Task<ServiceAnswer>> AskInstances(string? service, string? instance, HttpMethod method, string path, CancellationToken cancellationToken) =>
        [.. (service is null ? catalogue.Services() : [catalogue.Get(service)]).SelectMany(state => AskInstances(state, instance, method, path, cancellationToken))];

    public void Dispose() => http.Dispose();

    private IEnumerable<Task<ServiceAnswer>> AskInstances(ServiceState state, string? instance, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        var wanted = state.Instances.Values.Where(registered => instance is null || registered.Instance.Id == instance).ToList();
        var healthy = wanted.Where(registered => registered.Healthy).ToList();
        return healthy.Count > 0 || wanted.Count == 0
            ? healthy.Select(registered => AskAsync(state.Name, [registered.Instance], method, path, cancellationToken))
            : [Task.FromResult(ServiceAnswer.Unreachable(state.Name, NoneHealthy))];
    }

    private Task<ServiceAnswer> AskAsync(ServiceState state, HttpMethod method, string path, CancellationToken cancellationToken) =>
        AskAsync(state.Name, state.Instances.Values.Where(registered => registered.Healthy).Take(2).Select(registered => registered.Instance), method, path, cancellationToken);

    private async Task<ServiceAnswer> AskAsync(
        string service, IEnumerable<Instance> instances, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var reason = NoneHealthy;
        foreach (var instance in instances)
        {
            try
            {
                return await SendAsync(service, method, AddressOf(instance, path), either.Token) with { Instance = instance.Id };
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            {
                reason = $"{instance.Id} at {instance.Host}:{instance.Port} cannot be connected to";
            }
            catch (HttpRequestException exception)
            {
                // It may have been done: not again elsewhere.
                return ServiceAnswer.Unreachable(service, $"{instance.Id}: {exception.Message}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return ServiceAnswer.Unreachable(service, $"{instance.Id} did not answer within {Limit.TotalSeconds:0} s");
            }
        }

        return ServiceAnswer.Unreachable(service, reason);
    }

    private async Task<ServiceAnswer> SendAsync(string service, HttpMethod method, Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        using var response = await http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new ServiceAnswer(service, (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body, null);
    }

    private static Uri AddressOf(Instance instance, string path)
    {
        var host = IPAddress.TryParse(instance.Host, out var address) && instance.Host.Contains(':') ? $"[{address}]" : instance.Host;
        return new Uri($"http://{host}:{instance.Port}{path}");
    }
}
