using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Discovery;
using Portolan.Core.Correlation;
using Portolan.Core.Problems;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Tunnels;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Http1;
using Portolan.Proxy.Versions;
using Portolan.Resilience;
using Portolan.Resilience.Timeouts;

namespace Portolan.Proxy.Forwarding;

/// <summary>Brings one request to a service and its answer back, streaming both ways.</summary>
internal sealed partial class Forwarder(UpstreamClient upstream, TunnelSet tunnels, TimeProvider clock, ILogger<Forwarder> logger)
{
    /// <summary>Forwards to <paramref name="target"/>, a path with its query as it goes into the request line.</summary>
    public async Task ForwardAsync(HttpContext context, RouteMatch match, string service, string target, GatewayConfig config)
    {
        var began = clock.GetTimestamp();

        // Read by the attempt that gets a connection.
        var upgrade = WebSocketRequest.Of(context);
        var body = upgrade is null ? ClientBody.Of(context, match.Route.BodyLimit) : null;
        var outcome = await upstream.ForwardAsync(context, match, service, target, body, upgrade, context.RequestAborted);
        if (!outcome.HasValue)
        {
            await Explain(context, service, outcome, body).ExecuteAsync(context);
            return;
        }

        using var response = outcome.Value!;
        if (!TryCopyHead(context, service, response, upgrade))
        {
            await ForwardProblems.Broken(service).ExecuteAsync(context);
            return;
        }

        match.ServedBy = response.Instance.Id;
        match.BackendTime = clock.GetElapsedTime(began);
        context.Response.Headers[HeaderNames.BackendDuration] = DeadlineHeaders.Format(match.BackendTime.Value);
        BackendHeaders.Write(context.Response.Headers, match, config.Expose);
        InstanceNotice.Write(context.Response.Headers, response.Instance.Metadata);
        if (response.Status == StatusCodes.Status101SwitchingProtocols)
        {
            ClientRates.FreeBoth(context);
            await tunnels.RunAsync(context, upgrade!, (Http1Response)response);
            return;
        }

        ClientRates.FreeEvents(context);
        await CopyBodyAsync(context, service, response, config);
    }

    private Problem Explain(HttpContext context, string service, in Outcome<UpstreamResponse> outcome, ClientBody? body)
    {
        var exception = outcome.Exception;
        if (context.RequestAborted.IsCancellationRequested || body?.Failure is not null)
        {
            // The client's doing; the edge knows what to say to it, if it is still there.
            ExceptionDispatchInfo.Throw(body?.Failure ?? exception ?? new OperationCanceledException(context.RequestAborted));
        }

        if (exception is FormatException malformed)
        {
            return KnownProblems.Malformed(malformed.Message);
        }

        var problem = UpstreamClient.Explain(service, outcome) ?? ForwardProblems.Broken(service);
        Log.Failed(logger, service, problem.Name, outcome.Rejection?.Reason ?? Reason((exception?.InnerException ?? exception)!));
        return problem;
    }

    private bool TryCopyHead(HttpContext context, string service, UpstreamResponse response, WebSocketRequest? upgrade)
    {
        try
        {
            if ((upgrade is not null ? upgrade.Refuse(response) : response.Status < 200 ? "nobody asked for it" : null) is { } wrong)
            {
                // Passed on, 101 would leave a connection on which each side reads what the other does not mean.
                throw new InvalidOperationException($"an answer {response.Status}: {wrong}");
            }

            response.CopyHead(context.Response);
            return true;
        }
        catch (InvalidOperationException exception)
        {
            // The server in front of us does not let everything into a header that the client behind us reads from one.
            Log.Failed(logger, service, "bad-gateway", exception.Message);
            context.Response.Clear();
            return false;
        }
    }

    // What to do is another thing here than in a service.
    private static string Reason(Exception exception) => exception is NoInstanceException none
        ? $"{none.Why} Start one, check 'portolan registry show {none.Service}', or give it addresses in the gateway's file: services: {{ {none.Service}: {{ addresses: [127.0.0.1:5001] }} }}."
        : exception.Message;

    private async ValueTask CopyBodyAsync(HttpContext context, string service, UpstreamResponse response, GatewayConfig config)
    {
        try
        {
            await response.CopyBodyAsync(context, config.Timeout);
        }
        catch (BodyException exception)
        {
            // Part of the answer is on its way: only a broken connection tells the client that it is not all.
            if (!context.RequestAborted.IsCancellationRequested)
            {
                Log.Truncated(logger, service, exception.Message);
            }

            context.Abort();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Request to {Service} failed with {Problem}: {Reason}", EventName = "ForwardFailed")]
        public static partial void Failed(ILogger logger, string service, string problem, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The answer of {Service} ended before its end: {Reason}", EventName = "ResponseTruncated")]
        public static partial void Truncated(ILogger logger, string service, string reason);
    }
}
