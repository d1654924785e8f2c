using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Proxy.Mirroring.Comparison;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Mirroring;

/// <summary>
/// Lets a request go its way, and has a copy sent when it has been answered: nothing of the copy can delay it, or fail it.
/// </summary>
internal sealed class MirrorStep
{
    private readonly Mirror mirror;
    private readonly TextTemplate? rewrite;
    private readonly Random random;
    private readonly TimeProvider clock;
    private readonly RouteHandler next;

    public MirrorStep(Mirror mirror, string? rewrite, Random random, TimeProvider clock, RouteHandler next)
    {
        (this.mirror, this.random, this.clock, this.next) = (mirror, random, clock, next);
        this.rewrite = rewrite is not null && TextTemplate.TryParse(rewrite, out var template, out _) ? template : null;
    }

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var config = mirror.Config;
        var request = context.Request;

        // A copy is not copied again, and what becomes another protocol is not a request and an answer.
        return !config.Methods.Contains(request.Method)
            || (config.Share < 1 && random.NextDouble() >= config.Share)
            || request.Headers.ContainsKey(RequestHeaders.MirrorMark)
            || request.Headers.Upgrade.Count > 0
            || WebSocketRequest.IsExtendedConnect(context)
                ? next(context, match)
                : CopyAsync(context, match, config);
    }

    private async Task CopyAsync(HttpContext context, RouteMatch match, MirrorConfig config)
    {
        var path = rewrite?.Fill(match.Values.GetValueOrDefault) ?? match.Sent ?? match.Path.Raw;
        if (OperatorSurface.IsReachedBy(path))
        {
            await next(context, match);
            return;
        }

        // The head now: what is inside changes it, and what is outside has done so.
        var job = new MirrorJob(context, path + (match.Query ?? match.Path.Query), config);
        var sent = new BodyCopy(config.MaxBody);
        var body = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? null : new ObservedRequest(context.Request.Body, sent);
        if (body is not null)
        {
            context.Request.Body = body;
        }

        var began = clock.GetTimestamp();
        var received = new BodyCopy(config.MaxBody);
        var response = config.Compare is null ? null : new ObservedResponse(context.Features, received);
        try
        {
            await next(context, match);
        }
        finally
        {
            await (response?.RestoreAsync() ?? ValueTask.CompletedTask);
        }

        if (sent.IsOver)
        {
            mirror.Results.Drop("size");
        }
        else if (context.RequestAborted.IsCancellationRequested || response is { IsBroken: true } || body is { IsWhole: false })
        {
            mirror.Results.Drop("unfinished");
        }
        else
        {
            job.Body = body is null ? null : sent.Bytes;
            job.Took = match.BackendTime ?? clock.GetElapsedTime(began);
            job.Primary = AnswerOf(context.Response, response is null || received.IsOver ? null : received.Bytes, config);
            mirror.Offer(job);
        }
    }

    private static Answer AnswerOf(HttpResponse response, byte[]? body, MirrorConfig config) => new(
        response.StatusCode,
        config.Compare is { } compare ? [.. compare.Headers.Select(name => response.Headers[name].ToString())] : [],
        Mirror.IsJson(response.ContentType),
        body);
}
