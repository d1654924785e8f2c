using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Portolan.Observability.Correlation;

/// <summary>Registration of the correlation of requests.</summary>
public static class CorrelationExtensions
{
    /// <summary>
    /// Reads or makes the ids of each request, sets <see cref="Core.Correlation.CorrelationContext.Current"/>, and puts the
    /// ids on every response. Goes first: whatever runs before it logs without ids.
    /// </summary>
    public static IApplicationBuilder UseCorrelation(this IApplicationBuilder app, CorrelationOptions? options = null)
    {
        var clock = app.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        var effective = options ?? new CorrelationOptions();
        return app.Use(next => new CorrelationMiddleware(next, effective, clock).InvokeAsync);
    }
}
