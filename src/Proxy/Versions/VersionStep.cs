using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Problems;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Versions;

/// <summary>Sends a request to the version that it asks for, and tells with the answer how long there will be that version.</summary>
internal sealed class VersionStep
{
    private const string StandardHeader = "X-API-Version";

    private readonly RouteHandler next;
    private readonly VersionChoice choice;
    private readonly TextTemplate? plain;
    private readonly string header;
    private readonly StringValues vary;
    private readonly TimeProvider clock;

    /// <param name="config">See there.</param>
    /// <param name="path">The route's own path.</param>
    /// <param name="clock">Tells what is over.</param>
    /// <param name="next">What answers.</param>
    public VersionStep(VersioningConfig config, string path, TimeProvider clock, RouteHandler next)
    {
        (this.clock, this.next) = (clock, next);
        choice = new VersionChoice(config);
        plain = config.Path is not null && TextTemplate.TryParse(path, out var template, out _) ? template : null;
        header = config.Header ?? StandardHeader;

        // Whoever keeps answers between the client and us must not give those of one version for another.
        string?[] varies = [config.Header, config.MediaType is null ? null : "Accept"];
        vary = string.Join(", ", varies.OfType<string>()) is { Length: > 0 } names ? names : default;
    }

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var problem = Choose(context.Request, match, out var version);
        if (vary.Count > 0 || version is { Tells: true })
        {
            context.Response.OnStarting(Tell, (this, version, context, match));
        }

        return problem?.ExecuteAsync(context) ?? next(context, match);
    }

    /// <summary>Finds the version and writes down where the request goes; or says why it goes nowhere.</summary>
    public Problem? Choose(HttpRequest request, RouteMatch match, out VersionPlan? version)
    {
        version = choice.Of(request, match.Route.Version, out var problem);
        if (version is null)
        {
            return problem;
        }

        if (version.Config.Sunset is not null && version.IsGone(clock.GetUtcNow()))
        {
            return Gone(version);
        }

        match.Version = version.Config.Name;
        match.Service = version.Config.Service;
        match.Subset = version.Subset;
        if (match.Route.Version is not null)
        {
            match.Sent = plain?.Fill(match.Values.GetValueOrDefault);
        }

        // However the client said it, the service hears it in one way.
        request.Headers[header] = version.Config.Name;
        return null;
    }

    private static Task Tell(object state)
    {
        var (step, version, context, match) = ((VersionStep, VersionPlan?, HttpContext, RouteMatch))state;
        version?.Write(context.Response.Headers, match);
        if (step.vary.Count > 0)
        {
            context.Response.Headers.Append("Vary", step.vary);
        }

        return Task.CompletedTask;
    }

    private static Problem Gone(VersionPlan version) => new(
        "version-gone", "Version gone", 410,
        $"Version {version.Config.Name} ended on {version.Config.Sunset:yyyy-MM-dd}{(version.Config.Successor is { } successor ? $"; use {successor}" : "")}.");
}
