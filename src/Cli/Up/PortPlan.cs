using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.SystemFile;

namespace Portolan.Cli.Up;

/// <summary>The ports that are known before anything starts.</summary>
internal sealed record PortPlan(int Server, int? Gateway)
{
    /// <summary>Takes the user's ports before the file's, and reports all that are in use at once.</summary>
    public static PortPlan Make(SystemConfig system, UpOptions options, Ports ports, IReadOnlyList<RunningSystem> running)
    {
        var services = system.Services.Where(service => service.Port is not null && !options.Except.Contains(service.Name)).ToList();
        var wanted = new List<(int Port, string Who, string Fix)>
        {
            (options.ServerPort ?? system.ServerPort, "the server", "use --server-port"),
        };
        if (system.Gateway is { } gateway)
        {
            wanted.Add((options.GatewayPort ?? gateway.Port, "the gateway", "use --gateway-port"));
        }

        wanted.AddRange(services.SelectMany(service => Enumerable.Range(0, service.Instances).Select(number =>
            (service.Port!.Value + number, $"{service.Name}-{number + 1}", $"change 'port' of {service.Name} in {SystemConfig.FileName}"))));
        var problems = wanted.Where(one => one.Port != 0 && !Ports.IsFree(one.Port)).Select(one => Taken(one.Port, one.Who, one.Fix, running)).ToList();
        problems.AddRange(Twice(wanted));
        if (problems.Count > 0)
        {
            throw new CliException(string.Join('\n', problems));
        }

        wanted.ForEach(one => ports.Reserve(one.Port));
        return new PortPlan(OrFree(wanted[0].Port, ports), system.Gateway is null ? null : OrFree(wanted[1].Port, ports));
    }

    private static int OrFree(int port, Ports ports) => port == 0 ? ports.Pick() : port;

    private static IEnumerable<string> Twice(List<(int Port, string Who, string Fix)> wanted) =>
        wanted.Where(one => one.Port != 0).GroupBy(one => one.Port).Where(group => group.Count() > 1)
            .Select(group => $"Port {group.Key} was given to {string.Join(" and ", group.Select(one => one.Who))}; {group.Last().Fix}.");

    private static string Taken(int port, string who, string fix, IReadOnlyList<RunningSystem> running)
    {
        var holder = running.FirstOrDefault(system => system.State.Instances.Any(process => process.Port == port));
        return holder is null
            ? $"Port {port} of {who} is in use by another program; {fix}, or stop that program."
            : $"Port {port} of {who} is in use by the system '{holder.State.Name}' in {holder.Paths.Folder}; {fix}, or stop it with 'portolan down {holder.Paths.Folder}'.";
    }
}
