using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Core.Problems;

namespace Portolan.Observability.Problems;

/// <summary>Turns whatever goes wrong behind it into problem details, and logs what is our own fault once.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (IsGone(context, exception))
        {
            // The client left; there is nobody to tell.
            return;
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, exception);
            return;
        }

        if (IsBareError(context.Response))
        {
            await ProblemMapping.Of(context.Response.StatusCode, null).ExecuteAsync(context);
        }
    }

    private static bool IsGone(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or ConnectionResetException;

    // Routing and authorization answer with a status alone.
    private static bool IsBareError(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 };

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        var request = context.Request;
        var problem = ProblemMapping.Of(exception);
        if (problem is null)
        {
            Log.Failed(logger, exception, request.Method, request.Path);
        }
        else if (problem.Status >= 500)
        {
            Log.Refused(logger, request.Method, request.Path, problem.Status, exception.Message);
        }

        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        await (problem ?? KnownProblems.Internal()).ExecuteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed", EventName = "RequestFailed")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string? path);

        [LoggerMessage(2, LogLevel.Warning, "{Method} {Path} answered {Status}: {Reason}", EventName = "RequestRefused")]
        public static partial void Refused(ILogger logger, string method, string? path, int status, string reason);
    }
}
