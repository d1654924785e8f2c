using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Http;

namespace Portolan.Resilience.FaultInjection;

/// <summary>Injects faults into requests.</summary>
public static class FaultMiddleware
{
    /// <summary>Injects the faults of the services; see <see cref="FaultServices.AddFaultInjection"/>. Goes innermost.</summary>
    public static IApplicationBuilder UseFaultInjection(this IApplicationBuilder app) =>
        app.UseFaultInjection(app.ApplicationServices.GetRequiredService<Faults>());

    /// <summary>
    /// Holds requests up, answers them with a status or breaks their connection. Health, metrics and the operator's surface are never hit.
    /// </summary>
    public static IApplicationBuilder UseFaultInjection(this IApplicationBuilder app, Faults faults)
    {
        var scope = new PipelineScope("server", faults.Clock, Random.Shared);

        // An operator must be able to end a fault, and a fault is not to look like a process that has to be restarted.
        return app.Use(next => context =>
            faults.Any && !OwnPaths.Has(context.Request.Path) && faults.Strike(context.Request) is { } rule
                ? InjectAsync(context, rule, scope, next)
                : next(context));
    }

    /// <summary>Lets the fault happen to the request.</summary>
    internal static async Task InjectAsync(HttpContext context, FaultRule rule, PipelineScope scope, RequestDelegate next)
    {
        scope.Report(FaultProblems.Strategy, "fault-injected", 0, rule.Latency, rule.Name);
        if (rule.Latency > TimeSpan.Zero)
        {
            await Task.Delay(rule.Latency, scope.Clock, context.RequestAborted);
        }

        if (rule.Abort)
        {
            context.Abort();
        }
        else
        {
            await (rule.Error || rule.Status is not null ? FaultProblems.Of(rule).ExecuteAsync(context) : next(context));
        }
    }
}
