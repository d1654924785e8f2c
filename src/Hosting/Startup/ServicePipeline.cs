using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Portolan.Observability.Correlation;
using Portolan.Observability.Problems;
using Portolan.Resilience.FaultInjection;
using Portolan.Resilience.Http;

namespace Portolan.Hosting.Startup;

/// <summary>Puts Portolan's middleware in front of the service's own.</summary>
internal sealed class ServicePipeline : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseCorrelation();       // first: everything after it, failures included, is logged and answered with the request's ids
        app.UseProblems();          // around the service's own code, whose exceptions it turns into problem details
        app.UseDeadlines();         // inside of that, which takes a cancelled request for a client that left
        app.UseRejectionProblems(); // inside: an open circuit or a limit behind this service is no internal error of it
        app.UseFaultInjection();    // last: a fault is to everything else what the service's own code did
        next(app);
    };
}
