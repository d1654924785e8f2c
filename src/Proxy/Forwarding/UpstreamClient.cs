using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;
using Portolan.Core.Telemetry;
using Portolan.Discovery;
using Portolan.Discovery.Http;
using Portolan.Discovery.Selection;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Http1;
using Portolan.Resilience;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.Hedging;
using Portolan.Resilience.Retry;
using Endpoint = Portolan.Discovery.Selection.Endpoint;

namespace Portolan.Proxy.Forwarding;

/// <summary>
/// Sends requests to services by name: to an instance whose circuit is closed, and to another one where none of the request
/// was sent, where it broke off and may be repeated, or as the service's attempts and hedging say.
/// </summary>
internal sealed class UpstreamClient
{
    // Somebody who sends for longer is cut off by the limits of a client's rate, or is meant to.
    private static readonly TimeSpan LongestUpload = TimeSpan.FromDays(30);

    private readonly ServiceClients<UpstreamResponse> clients;
    private readonly MessageTransport messages;
    private readonly Http1Transport connections;
    private readonly TimeProvider clock;
    private readonly ServiceDirectory directory;
    private volatile Settings settings;

    public UpstreamClient(
        ServiceDirectory directory, CircuitBreakers breakers, MessageTransport messages, Http1Transport connections, GatewayConfig config, TimeProvider clock,
        Random random, ResilienceLog log)
    {
        (this.messages, this.connections, this.directory, this.clock) = (messages, connections, directory, clock);
        settings = new Settings(config);
        clients = new ServiceClients<UpstreamResponse>(
            directory, breakers, service => settings.OptionsOf(service), response => UpstreamOutcomes.Of(response), UpstreamOutcomes.Of, outcome => UpstreamOutcomes.RetryAfter(outcome, clock), clock, random, log.Write);
    }

    /// <summary>Takes over another configuration; what it says of a service as before goes on as it is.</summary>
    public void Configure(GatewayConfig config)
    {
        settings = new Settings(config);
        directory.Place(config.Services.Where(service => service.Addresses.Count > 0).Select(service => KeyValuePair.Create(service.Name, service.Addresses.ToArray())));
        clients.Renew();
    }

    /// <summary>Forwards a client's request; the outcome has the head of the answer.</summary>
    public ValueTask<Outcome<UpstreamResponse>> ForwardAsync(
        HttpContext context, RouteMatch match, string service, string target, ClientBody? body, WebSocketRequest? upgrade, CancellationToken cancellationToken)
    {
        var config = settings.Of(service);
        var most = match.MaximumAttempts > 0 ? match.MaximumAttempts : config.Attempts;
        var once = (most == 1 && !config.Hedges) || body is not null || upgrade is not null || !Idempotence.Of(context.Request.Method);

        // While it comes, the time that the service may take for its answer has not begun.
        var upload = body is not null && !body.IsHere() ? match.AttemptTimeout > TimeSpan.Zero ? match.AttemptTimeout : config.Timeout ?? settings.Timeout : TimeSpan.Zero;
        var attempts = config.Hedges && !once ? new AttemptsUnderWay(context) : null;
        return (match.Subset is { } subset ? clients.Of(service, subset) : clients.Of(service)).TryExecuteAsync(
            static (call, forwarding) => forwarding.SendAsync(call),
            new Forwarding(this, context, target, body, upgrade, config.Protocol, attempts, upload),
            new CallOptions
            {
                Once = once, Prefer = match.Prefer, MaximumAttempts = match.MaximumAttempts, AttemptTimeout = upload > TimeSpan.Zero ? LongestUpload : match.AttemptTimeout,
            },
            cancellationToken);
    }

    /// <summary>Sends a request of our own; returns with the head of the answer.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="target">A path with its query as it goes into the request line.</param>
    /// <param name="create">Called once for each attempt.</param>
    /// <param name="timeout">Until the head is there; null: the gateway's.</param>
    /// <param name="cancellationToken">Of the client.</param>
    /// <exception cref="ProblemException">There is no instance, none accepts a connection or all circuits are open, or it took too long.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        string service, string target, Func<TimeSpan, HttpRequestMessage> create, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var outcome = await clients.Of(service).TryExecuteAsync(
            static (call, own) =>
            {
                var instance = ((Endpoint)call.Target!).Instance;
                var message = own.Create(call.Remaining);
                (message.Version, message.VersionPolicy) = (VersionOf(SpokenBy(instance, own.Protocol)), HttpVersionPolicy.RequestVersionExact);
                return own.Client.messages.SendAsync(instance, message, own.Target, call.CancellationToken);
            },
            (Client: this, Create: create, Target: target, settings.Of(service).Protocol),
            new CallOptions { Once = true, AttemptTimeout = timeout ?? TimeSpan.Zero },
            cancellationToken);
        return Explain(service, outcome) is { } problem ? throw new ProblemException(problem) : ((MessageResponse)outcome.GetOrThrow()).Message;
    }

    /// <summary>What to say of an outcome that is no answer; null when it is one, or an exception that says more.</summary>
    public static Problem? Explain(string service, in Outcome<UpstreamResponse> outcome) => outcome switch
    {
        { Exception: NoInstanceException } => ForwardProblems.NoInstance(service),
        { Exception: BrokenOffException } => ForwardProblems.Broken(service),
        { Exception: not null, Verdict: Verdict.Unreached } => ForwardProblems.Unreachable(service),
        { Rejection: { Kind: RejectionKind.TimedOut } } => ForwardProblems.TimedOut(service),
        { Rejection: { } rejection } => Resilience.Http.RejectionProblems.Of(rejection),
        _ => null,
    };

    private static UpstreamProtocol SpokenBy(ServiceInstance instance, UpstreamProtocol? configured) =>
        configured ?? (instance.Metadata.TryGetValue("protocol", out var named) && named == "http2" ? UpstreamProtocol.Http2 : UpstreamProtocol.Http1);

    private static Version VersionOf(UpstreamProtocol protocol) => protocol == UpstreamProtocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;

    /// <summary>A client's request on its way; a struct, so that nothing is allocated for it.</summary>
    private readonly record struct Forwarding(UpstreamClient Client, HttpContext Context, string Target, ClientBody? Body, WebSocketRequest? Upgrade, UpstreamProtocol? Protocol, AttemptsUnderWay? Attempts, TimeSpan Upload)
    {
        public ValueTask<UpstreamResponse> SendAsync(ResilienceCall call)
        {
            var instance = ((Endpoint)call.Target!).Instance;
            return Attempts is not null ? CountAsync(instance, call)
                : PortolanTelemetry.Source.HasListeners() ? TraceAsync(instance, call)
                : SendAsync(instance, call);
        }

        private async ValueTask<UpstreamResponse> CountAsync(ServiceInstance instance, ResilienceCall call)
        {
            if (!Attempts!.TryBegin())
            {
                throw new OperationCanceledException(call.CancellationToken);
            }

            try
            {
                return await TraceAsync(instance, call);
            }
            finally
            {
                Attempts.End();
            }
        }

        // Each attempt is a span of its own, and the one that the service's belongs to.
        private async ValueTask<UpstreamResponse> TraceAsync(ServiceInstance instance, ResilienceCall call)
        {
            using var span = PortolanTelemetry.Source.StartActivity($"{Context.Request.Method} {call.Scope.Name}", ActivityKind.Client);
            span?.SetTag("server.address", instance.Host).SetTag("server.port", instance.Port).SetTag("service.instance.id", instance.Id)
                .SetTag("http.request.method", Context.Request.Method).SetTag("http.request.resend_count", call.Attempt - 1);
            try
            {
                var response = await SendAsync(instance, call);
                span?.SetTag("http.response.status_code", response.Status);
                span?.SetStatus(response.Status >= 500 ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
                return response;
            }
            catch (Exception exception)
            {
                span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().Name);
                throw;
            }
        }

        private ValueTask<UpstreamResponse> SendAsync(ServiceInstance instance, ResilienceCall call) =>
            Upload > TimeSpan.Zero ? UploadAsync(instance, call) : SendAsync(instance, call.Attempt, call.Remaining, call.CancellationToken);

        private async ValueTask<UpstreamResponse> UploadAsync(ServiceInstance instance, ResilienceCall call)
        {
            var watch = Body!.Watch = new UploadWatch(Upload, Client.clock, call.CancellationToken);
            try
            {
                return await SendAsync(instance, call.Attempt, call.Remaining < Upload ? call.Remaining : Upload, watch.Token);
            }
            catch (Exception) when (watch.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
            {
                throw new RejectedException(new Rejection(RejectionKind.TimedOut, "upload", $"It neither took more of the body nor answered for {Upload.TotalMilliseconds:0} ms."));
            }
            finally
            {
                watch.End();
            }
        }

        private ValueTask<UpstreamResponse> SendAsync(ServiceInstance instance, int attempt, TimeSpan remaining, CancellationToken cancellationToken)
        {
            var protocol = SpokenBy(instance, Protocol);
            return protocol == UpstreamProtocol.Http1 || Upgrade is not null
                ? Client.connections.SendAsync(instance, Context, Target, Body, Upgrade, attempt, remaining, cancellationToken)
                : Client.messages.SendAsync(instance, Context, Target, Body, VersionOf(protocol), attempt, remaining, cancellationToken);
        }
    }

    /// <summary>A configuration as the pipelines need it.</summary>
    private sealed class Settings(GatewayConfig config)
    {
        // Somebody waits: long enough for a hiccup to be over, no longer.
        private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(25);

        private readonly Dictionary<string, UpstreamConfig> services = config.Services.ToDictionary(service => service.Name, StringComparer.OrdinalIgnoreCase);
        private readonly bool routesRepeat = config.Routes.Any(route => route.Attempts > 1);
        private readonly UpstreamConfig others = config.Services.FirstOrDefault(service => service.Name == UpstreamConfig.All) ?? new() { Name = UpstreamConfig.All };

        public TimeSpan Timeout => config.Timeout;

        public UpstreamConfig Of(string service) => services.GetValueOrDefault(service, others);

        // What reached nobody goes elsewhere at once, as often as it takes.
        public ServiceClientOptions OptionsOf(string service)
        {
            var upstream = Of(service);
            return new()
            {
                TotalTimeout = TimeSpan.MaxValue,
                AttemptTimeout = upstream.Timeout ?? config.Timeout,
                Retry = new RetryOptions
                {
                    MaximumAttempts = upstream.Attempts, ConnectAttempts = 5, BaseDelay = FirstWait, MaximumDelay = 10 * FirstWait, FailoverAtOnce = true,
                },
                Bulkhead = upstream.Concurrency is { } most ? new BulkheadOptions { Concurrency = most, QueueLength = upstream.Queue } : null,
                Hedging = !upstream.Hedges ? null
                    : upstream.HedgeAfter is { } after ? new HedgingOptions { Delay = after, Percentile = null }
                    : new HedgingOptions { Percentile = upstream.HedgePercentile },

                // Where nothing is repeated that arrived, only failed connects are counted: those may go on as they must.
                RetryBudget = upstream.Attempts > 1 || upstream.Hedges || routesRepeat ? upstream.RetryBudget : 10,

                // Failures in a row are what circuits are for, one for each instance too; two measures of one thing would add up.
                Selection = new SelectionOptions { Policy = upstream.Balance, Ejection = new() { FailuresInARow = 0 } },
                CircuitBreaker = new CircuitBreakerOptions
                {
                    ConsecutiveFailures = upstream.OpensAfter, OpenDuration = upstream.StaysOpen, OpenGrowth = 2, MaximumOpenDuration = TimeSpan.FromSeconds(Math.Max(30, upstream.StaysOpen.TotalSeconds)),
                },
            };
        }
    }
}
