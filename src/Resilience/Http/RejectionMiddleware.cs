using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Portolan.Resilience.Http;

/// <summary>Answers requests whose code let a rejection escape.</summary>
public static class RejectionMiddleware
{
    /// <summary>
    /// An open circuit, a limit or a time-out inside the service becomes the problem it is, with its <c>Retry-After</c>,
    /// and not an internal error. Goes inside of what handles all other exceptions.
    /// </summary>
    public static IApplicationBuilder UseRejectionProblems(this IApplicationBuilder app) => app.Use(next => async context =>
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (HttpOutcomes.FindRejection(exception) is not null && !context.Response.HasStarted)
        {
            context.Response.Clear();
            await RejectionProblems.Of(HttpOutcomes.FindRejection(exception)!).ExecuteAsync(context);
        }
    });
}
