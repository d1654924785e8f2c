using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Core.Correlation;
using Portolan.Core.Problems;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Resilience.Timeouts;

namespace Portolan.Proxy.Forwarding;

/// <summary>Brings one request to a service and its answer back, streaming both ways.</summary>
internal sealed partial class Forwarder(UpstreamClient upstream, GatewayConfig config, TimeProvider clock, ILogger<Forwarder> logger)
{
    /// <summary>Forwards to <paramref name="target"/>, a path with its query as it goes into the request line.</summary>
    public async Task ForwardAsync(HttpContext context, RouteMatch match, string service, string target)
    {
        // Of the body alone: until the head is there, the time-out is the pipeline's, whose breaker must hear of it.
        using var time = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, context.RequestAborted);
        var began = clock.GetTimestamp();
        RequestBody? body = null;
        HttpResponseMessage response;
        try
        {
            // A new message for each attempt; the body is read by the one that gets a connection.
            response = await upstream.SendAsync(
                service, target, () => Create(context, body = RequestBody.Of(context, config.MaxRequestBodySize)), null, either.Token);
        }
        catch (Exception exception)
        {
            await Explain(context, service, exception, body).ExecuteAsync(context);
            return;
        }

        time.CancelAfter(config.Timeout);

        using (response)
        {
            if (TryCopyHead(context, service, response))
            {
                match.BackendTime = clock.GetElapsedTime(began);
                context.Response.Headers[HeaderNames.BackendDuration] = DeadlineHeaders.Format(match.BackendTime.Value);
                await CopyBodyAsync(context, service, response, time, either.Token);
                return;
            }
        }

        await ForwardProblems.Broken(service).ExecuteAsync(context);
    }

    private static HttpRequestMessage Create(HttpContext context, RequestBody? body)
    {
        var message = new HttpRequestMessage(HttpMethod.Parse(context.Request.Method), (Uri?)null) { Content = body };
        RequestHeaders.Copy(context, message);
        return message;
    }

    private Problem Explain(HttpContext context, string service, Exception exception, RequestBody? body)
    {
        if (context.RequestAborted.IsCancellationRequested || body?.Failure is not null)
        {
            // The client's doing; the edge knows what to say to it, if it is still there.
            ExceptionDispatchInfo.Throw(body?.Failure ?? exception);
        }

        var problem = exception switch
        {
            ProblemException refused => refused.Problem,
            HttpRequestException => ForwardProblems.Broken(service),
            _ => null,
        };
        if (problem is null)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        Log.Failed(logger, service, problem!.Name, (exception.InnerException ?? exception).Message);
        return problem;
    }

    private bool TryCopyHead(HttpContext context, string service, HttpResponseMessage response)
    {
        try
        {
            ResponseHeaders.Copy(response, context.Response);
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

    private async Task CopyBodyAsync(
        HttpContext context, string service, HttpResponseMessage response, CancellationTokenSource time, CancellationToken cancellationToken)
    {
        try
        {
            await ResponseBody.CopyAsync(response, context.Response, () => time.CancelAfter(config.Timeout), cancellationToken);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Part of the answer is on its way: only a broken connection tells the client that it is not all.
            Log.Truncated(logger, service, time.IsCancellationRequested ? "silent for too long" : exception.Message);
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
