using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Portolan.Observability.Problems;

/// <summary>Registration of the mapping of failures to problem details.</summary>
public static class ProblemExtensions
{
    /// <summary>Answers every failure behind it as RFC 9457 problem details. Goes right after the correlation.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;

        // Else the framework answers a body it cannot read with a bare 400 outside of Development, and the reason is lost.
        if (services.GetService<IOptions<RouteHandlerOptions>>() is { } options)
        {
            options.Value.ThrowOnBadRequest = true;
        }

        var logger = services.GetService<ILoggerFactory>()?.CreateLogger("Portolan.Observability.Problems") ?? NullLogger.Instance;
        return app.Use(next => new ProblemMiddleware(next, logger).InvokeAsync);
    }
}
