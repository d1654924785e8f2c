using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.ControlPlane.Operators;

/// <summary>Circuit breakers of the whole system. Each instance has its own, so each is asked, and told.</summary>
internal sealed class BreakerEndpoints(OperatorSurface surface)
{
    private const int LongestName = 256;

    public async Task ListAsync(HttpContext context)
    {
        var service = context.Request.Query["service"] is [{ Length: > 0 } given] ? given : null;
        using var list = await AskAsync(context, service, HttpMethod.Get, "/portolan/breakers");
        await JsonAnswer.WriteAsync(context, 200, list.Write);
    }

    public async Task ChangeAsync(HttpContext context, string action)
    {
        var service = (string)context.Request.RouteValues["service"]!;
        var name = NameOf(context);
        var time = context.Request.Query["for"] is [{ } seconds] ? $"?for={Uri.EscapeDataString(seconds)}" : "";
        using var list = await AskAsync(context, service, HttpMethod.Post, $"/portolan/breakers/{Uri.EscapeDataString(name)}/{action}{time}");
        if (list.IsEmpty)
        {
            throw new ProblemException(KnownProblems.NotFound($"No instance of {service} has a circuit breaker {name}. A breaker is made by the first call that passes it."));
        }

        if (list.IsUnknown)
        {
            throw new ProblemException(KnownProblems.Unavailable(
                $"No instance of {service} that answered has a circuit breaker {name}; it may be with {list.Silent}.", TimeSpan.FromSeconds(2)));
        }

        await JsonAnswer.WriteAsync(context, 200, list.Write);
    }

    private async Task<InstanceList> AskAsync(HttpContext context, string? service, HttpMethod method, string path)
    {
        var list = new InstanceList("breakers");
        var instance = context.Request.Query["instance"] is [{ Length: > 0 } given] ? given : null;
        foreach (var answer in await Task.WhenAll(surface.AskInstances(service, instance, method, path, context.RequestAborted)))
        {
            if (answer.Status == 400)
            {
                // What one calls senseless they all do.
                list.Dispose();
                throw new ProblemException(KnownProblems.Invalid(new Dictionary<string, string[]> { ["for"] = ["A time is a number of seconds, up to 86400."] }));
            }

            list.Add(answer);
        }

        return list;
    }

    // Routing leaves a slash inside of a segment escaped. The name becomes part of a path elsewhere: nothing that means another path.
    private static string NameOf(HttpContext context)
    {
        var name = ((string)context.Request.RouteValues["name"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return name is not ("." or "..") && name.Length <= LongestName
            ? name
            : throw new ProblemException(KnownProblems.NotFound("No circuit breaker has such a name."));
    }
}
