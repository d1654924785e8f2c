using System.Buffers;
using Portolan.Proxy.Affinity;
using Portolan.Proxy.Caching;
using Portolan.Proxy.Compression;
using Portolan.Proxy.Cors;
using Portolan.Proxy.Edge;
using Portolan.Proxy.FaultInjection;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Mirroring;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;
using Portolan.Proxy.Traffic;
using Portolan.Proxy.Transforms;
using Portolan.Proxy.Versions;

namespace Portolan.Proxy.Configuration;

/// <summary>What can be wrong with one route.</summary>
internal static class RouteChecks
{
    // The gateway answers these itself.
    private static readonly string[] Own = ["/metrics", "/health", "/healthz", "/ready", "/actuator/health"];

    private static readonly string[] Operators = ["/portolan/gateway", "/portolan/breakers", "/portolan/cache", "/portolan/mirrors", "/portolan/faults"];

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static void Check(RouteConfig route, GatewayConfig gateway, string where, List<ConfigError> errors)
    {
        if (!PathTemplate.TryParse(route.Path, out var template, out var error))
        {
            errors.Add(new ConfigError(where + ".path", error));
        }
        else if (IsOwn(route.Path))
        {
            errors.Add(new ConfigError(where + ".path", $"'{route.Path}' is answered by the gateway itself; choose another path."));
        }

        else if (route.Compose is null && OperatorSurface.IsReachedBy(route.Path.Split('{')[0]) && (PathPrefix.Rewrite(route.Path, route.Request) ?? route.Rewrite) is null)
        {
            errors.Add(new ConfigError(where + ".path", $"'{route.Path}' would reach what services offer to operators, so the gateway keeps it closed; choose another path, or give 'rewrite'."));
        }

        foreach (var method in route.Methods.Where(method => method.Length == 0 || !method.All(char.IsAsciiLetter)))
        {
            errors.Add(new ConfigError(where + ".methods", $"'{method}' is not a method; write GET, POST, PUT, PATCH or DELETE."));
        }

        foreach (var method in route.Methods.Where(method => method.ToUpperInvariant() is "TRACE" or Methods.Track))
        {
            errors.Add(new ConfigError(where + ".methods", $"'{method}' never gets through the gateway; remove it."));
        }

        MatchChecks.Check(route, where, errors);
        if (route.Flag is { } flag)
        {
            FlagReader.CheckRoute(flag, gateway.Flags, where + ".flag", errors);
        }

        CheckTarget(route, where, template, errors);
        if (route.Limits is { } limits)
        {
            LimitsChecks.Check(limits, gateway.Limits, where + ".limits", errors);
        }

        CheckCalls(route, where, errors);
        CheckPolicies(route, gateway, where, template, errors);
    }

    private static void CheckCalls(RouteConfig route, string where, List<ConfigError> errors)
    {
        if (route.Timeout is { } time && !Quantity.IsWait(time))
        {
            errors.Add(new ConfigError(where + ".timeout", "must be longer than nothing, and at most a day (24h)."));
        }

        if (route.Attempts is < 1 or > 10)
        {
            errors.Add(new ConfigError(where + ".attempts", "must be from 1, which repeats nothing, to 10."));
        }

        if (route.Compose is not null && (route.Timeout ?? (object?)route.Attempts) is not null)
        {
            errors.Add(new ConfigError(where + (route.Timeout is null ? ".attempts" : ".timeout"), "is each part's own in a composed route; a part has a 'timeout'."));
        }
    }

    /// <summary>True for a path that the gateway answers itself, whatever the routes are.</summary>
    public static bool IsOwn(string path) =>
        Own.Contains(path.TrimEnd('/')) || path.StartsWith("/health/", StringComparison.Ordinal)
        || Operators.Any(own => PathPrefix.Without(path, own) is not null);

    private static void CheckPolicies(RouteConfig route, GatewayConfig gateway, string where, PathTemplate template, List<ConfigError> errors)
    {
        if (route.Faults is { } faults)
        {
            FaultReader.Check(faults, where + ".faults", errors);
        }

        if (route.RateLimit is { } limits)
        {
            RateLimitChecks.Check(limits, gateway.TrustedHops > 0, where + ".rateLimit", errors);
        }

        if (route.Cors is { } cors)
        {
            CorsChecks.Check(cors, where + ".cors", errors);
        }

        if (route.Affinity is { } affinity)
        {
            AffinityReader.Check(affinity, where + ".affinity", route.Compose is not null, errors);
        }

        if (route.Cache is { } cache)
        {
            CacheChecks.Check(cache, where + ".cache", errors);
        }

        if (route.Compression is { } compression)
        {
            CompressionReader.Check(compression, where + ".compression", errors);
        }

        if (route.Request is { } request)
        {
            new TransformChecks(template, errors).Request(request, where + ".request", route.Rewrite, route.Compose is not null);
        }

        if (route.Response is { } response)
        {
            new TransformChecks(template, errors).Response(response, where + ".response");
        }
    }

    public static void CheckService(string service, string where, List<ConfigError> errors)
    {
        if (service.Length is 0 or > 63 || service.AsSpan().ContainsAnyExcept(NameCharacters) || service[0] == '-' || service[^1] == '-')
        {
            errors.Add(new ConfigError(where, $"'{service}' is not a service's name: 1 to 63 of a-z, 0-9 and '-', and neither begins nor ends with '-'."));
        }
    }

    private static void CheckTarget(RouteConfig route, string where, PathTemplate template, List<ConfigError> errors)
    {
        if (route.Version is { } version)
        {
            new VersionChecks(where + ".version", errors).Check(version, template, route.Service, IsOwn, (service, place) => CheckService(service, place, errors));
            if ((route.Compose ?? route.Split ?? (object?)route.Strangler) is not null)
            {
                errors.Add(new ConfigError(where + ".version", "versions are answered by services; 'compose', 'split' and 'strangler' need a route of their own for each version."));
            }
        }

        var versioned = route.Service is null && route.Version?.Versions.All(one => one.Service is not null) == true ? route.Version : null;
        object?[] targets = [route.Service, versioned, route.Compose, route.Split, route.Strangler, route.ByName ? route.Path : null];
        if (targets.Count(target => target is not null) != 1)
        {
            errors.Add(new ConfigError(where, targets.All(target => target is null)
                ? "needs 'service', 'split', 'strangler' or 'compose'."
                : "takes only one of 'service', 'split', 'strangler' and 'compose'."));
            return;
        }

        if (route.Compose is not null)
        {
            if (route.Mirror is not null)
            {
                errors.Add(new ConfigError(where + ".mirror", "a composed route has no one request to copy; mirror the routes of its services."));
            }

            ComposeChecks.Check(route, template, where, errors);
            return;
        }

        CheckServices(route, where, errors);
        CheckRewrite(route.Rewrite, where + ".rewrite", template, errors);
    }

    private static void CheckServices(RouteConfig route, string where, List<ConfigError> errors)
    {
        if (route.Service is not null)
        {
            CheckService(route.Service, where + ".service", errors);
        }

        void CheckOne(string service, string place) => CheckService(service, place, errors);
        if (route.Mirror is not null)
        {
            MirrorChecks.Check(route.Mirror, where + ".mirror", CheckOne, errors);
        }

        if (route.Split is not null)
        {
            SplitChecks.Check(route.Split, where + ".split", CheckOne, errors);
        }

        if (route.Strangler is not null)
        {
            SplitChecks.Check(route.Strangler, where + ".strangler", CheckOne, errors);
        }
    }

    private static void CheckRewrite(string? rewrite, string where, PathTemplate template, List<ConfigError> errors)
    {
        if (rewrite is null)
        {
            return;
        }

        if (!TextTemplate.TryParse(rewrite, out var text, out var error))
        {
            errors.Add(new ConfigError(where, error));
            return;
        }

        if (rewrite.Contains('?'))
        {
            errors.Add(new ConfigError(where, "a rewrite has no query: the request's own is kept."));
        }

        foreach (var hole in text.Holes.Where(hole => !template.Names.Contains(hole)))
        {
            errors.Add(new ConfigError(where, $"{{{hole}}} is no part of the route's path {template}."));
        }
    }
}
