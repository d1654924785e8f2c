using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;
using Portolan.Resilience;
using Portolan.Resilience.FaultInjection;

namespace Portolan.Proxy.FaultInjection;

/// <summary>Holds requests of a route up, answers them or breaks them off on purpose: what operators ask for now, then what the configuration says.</summary>
internal sealed partial class FaultStep
{
    private readonly RouteHandler next;
    private readonly string route;
    private readonly Faults operators;
    private readonly Faults? own;
    private readonly PipelineScope scope;

    public FaultStep(RouteHandler next, string route, ConfigList<FaultConfig>? faults, Faults operators, Random random, ILogger logger)
    {
        (this.next, this.route, this.operators) = (next, route, operators);
        scope = new PipelineScope("gateway", operators.Clock, random);
        if (faults is not null)
        {
            own = Faults.Standing([.. faults.Select((fault, place) => fault.Rule(place))], operators.Clock, random);

            // Each time that the configuration is put in force: nobody should have to wonder.
            Log.Injects(logger, route, faults.Count);
        }
    }

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var rule = (operators.Any ? operators.Strike(context.Request, route) : null) ?? own?.Strike(context.Request, route);
        return rule is null ? next(context, match) : InjectAsync(context, match, rule);
    }

    private Task InjectAsync(HttpContext context, RouteMatch match, FaultRule rule) =>
        FaultMiddleware.InjectAsync(context, rule, scope, inner => next(inner, match));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Route {Route} has {Count} faults that are injected on purpose", EventName = "RouteInjectsFaults")]
        public static partial void Injects(ILogger logger, string route, int count);
    }
}
