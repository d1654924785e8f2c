using System.Net;
using Portolan.Core.Problems;
using Portolan.Discovery;
using Portolan.Discovery.Http;
using Portolan.Discovery.Selection;
using Portolan.Proxy.Configuration;
using Portolan.Resilience;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Http;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Proxy.Forwarding;

/// <summary>
/// Sends requests to services by name: to an instance whose circuit is closed, and to another one where none of the request
/// was sent.
/// </summary>
internal sealed class UpstreamClient
{
    // Or the path is taken apart and put together again, and %2e is not what it was.
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly ServiceClients clients;
    private readonly UpstreamConnections connections;

    public UpstreamClient(
        ServiceDirectory directory, CircuitBreakers breakers, UpstreamConnections connections, GatewayConfig config, TimeProvider clock, Random random, ResilienceLog log)
    {
        this.connections = connections;
        clients = new ServiceClients(directory, breakers, _ => OptionsOf(config), clock, random, log.Write);
    }

    /// <summary>Returns with the head of the answer.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="target">A path with its query as it goes into the request line.</param>
    /// <param name="create">Called once for each attempt.</param>
    /// <param name="timeout">Until the head is there; null: the gateway's.</param>
    /// <param name="cancellationToken">Of the client.</param>
    /// <exception cref="ProblemException">There is no instance, none accepts a connection or all circuits are open, or it took too long.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        string service, string target, Func<HttpRequestMessage> create, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var outcome = await clients.Of(service).TryExecuteAsync(
            static (call, sending) => sending.Client.SendAsync(sending.Create(), sending.Target, call),
            (Client: this, Create: create, Target: target),
            new CallOptions { Once = true, AttemptTimeout = timeout ?? TimeSpan.Zero },
            cancellationToken);
        return Explain(service, outcome) is { } problem ? throw new ProblemException(problem) : outcome.GetOrThrow();
    }

    // A proxy repeats nothing that may have arrived. What reached nobody goes elsewhere at once, as often as it takes.
    private static ServiceClientOptions OptionsOf(GatewayConfig config) => new()
    {
        TotalTimeout = TimeSpan.MaxValue,
        AttemptTimeout = config.Timeout,
        Retry = new RetryOptions { MaximumAttempts = 5, BaseDelay = TimeSpan.Zero, FailoverAtOnce = true },
        RetryBudget = 10,
        CircuitBreaker = new CircuitBreakerOptions
        {
            OpenDuration = TimeSpan.FromSeconds(5), OpenGrowth = 2, MaximumOpenDuration = TimeSpan.FromSeconds(30),
        },
    };

    private static Problem? Explain(string service, in Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: NoInstanceException } => ForwardProblems.NoInstance(service),
        { Exception: not null, Verdict: Verdict.Unreached } => ForwardProblems.Unreachable(service),
        { Rejection: { Kind: RejectionKind.TimedOut } } => ForwardProblems.TimedOut(service),
        { Rejection: { } rejection } => RejectionProblems.Of(rejection),
        _ => null,
    };

    private async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, string target, ResilienceCall call)
    {
        var instance = ((Endpoint)call.Target!).Instance;
        var host = IPAddress.TryParse(instance.Host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{instance.Host}]"
            : instance.Host;
        request.RequestUri = new Uri($"http://{host}:{instance.Port}{target}", AsItIs);
        DeadlineHeaders.Write(request, call.Remaining);
        return await connections.SendAsync(request, call.CancellationToken);
    }
}
