using Microsoft.AspNetCore.Http;

namespace Portolan.Observability.Health;

/// <summary>Answers the health endpoints.</summary>
internal sealed class HealthHandlers(HealthRegistry registry, HealthOptions options, Draining draining)
{
    public void BeginDraining() => draining.Begin();

    public async Task HealthAsync(HttpContext context) => await WriteAsync(context, await registry.RunAsync(HealthScope.All));

    // Only that the process answers: a broken dependency is no reason to kill and restart it.
    public static Task LiveAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, HealthJson.Alive);

    public async Task ReadyAsync(HttpContext context)
    {
        if (draining.HasBegun)
        {
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, HealthJson.ShuttingDown);
            return;
        }

        await WriteAsync(context, await registry.RunAsync(HealthScope.Readiness));
    }

    public async Task StartupAsync(HttpContext context) => await WriteAsync(context, await registry.RunAsync(HealthScope.Startup));

    private static Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private Task WriteAsync(HttpContext context, HealthReport report)
    {
        var unavailable = report.Status == HealthStatus.Down
            || (report.Status == HealthStatus.Degraded && options.UnavailableWhenDegraded);
        var status = unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return WriteAsync(context, status, HealthJson.Write(report));
    }
}
