using Microsoft.AspNetCore.Routing;
using Portolan.Messaging.Http;
using Portolan.Observability.Health;
using Portolan.Observability.Metrics;
using Portolan.Resilience.FaultInjection;
using Portolan.Resilience.Operator;
using Portolan.Sagas.Http;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what every Portolan service answers.</summary>
public static class PortolanEndpoints
{
    /// <summary>Health under <c>/health</c>, metrics under <c>/metrics</c>, sagas under <c>/v1/sagas</c>, and the operator's surface under <c>/portolan</c>.</summary>
    public static IEndpointRouteBuilder MapPortolan(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealth();
        endpoints.MapPrometheus();
        endpoints.MapSagas();
        endpoints.MapDeadLetters();
        endpoints.MapBreakers();
        endpoints.MapFaults();
        return endpoints;
    }
}
