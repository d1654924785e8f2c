using Portolan.Proxy.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Cli.SystemFile;

/// <summary>Finds two things of a system that were given the same port.</summary>
internal static class PortPlanCheck
{
    public static void Report(SystemConfig config, YamlNode root, YamlProblems problems)
    {
        var taken = new Dictionary<int, string> { [config.ServerPort] = "the server" };
        if (config.Gateway is { } gateway && !taken.TryAdd(gateway.Port, "the gateway"))
        {
            problems.Add(YamlPlace.Of(root, "gateway.port"), $"the gateway and the server both have port {gateway.Port}; give one of them another.");
        }

        foreach (var (port, index) in (config.Gateway?.Listeners ?? []).Select((port, index) => (port, index)))
        {
            if (!taken.TryAdd(port, "the gateway"))
            {
                problems.Add(YamlPlace.Of(root, $"gateway.listen[{index}].port"), $"the gateway and {taken[port]} both have port {port}; give one of them another.");
            }
        }

        foreach (var service in config.Services.Where(service => service.Port is not null))
        {
            CheckService(service, taken, YamlPlace.Of(root, $"services.{service.Name}.port"), problems);
        }
    }

    private static void CheckService(ServiceConfig service, Dictionary<int, string> taken, Mark place, YamlProblems problems)
    {
        if (service.Port + service.Instances - 1 > 65535)
        {
            problems.Add(place, $"'{service.Name}' has {service.Instances} instances from port {service.Port} on, which ends beyond 65535; choose a lower port.");
            return;
        }

        for (var number = 1; number <= service.Instances; number++)
        {
            var port = service.Port!.Value + number - 1;
            if (!taken.TryAdd(port, $"{service.Name}-{number}"))
            {
                problems.Add(place, $"{service.Name}-{number} and {taken[port]} both have port {port}; give one of them another.");
                return;
            }
        }
    }
}
