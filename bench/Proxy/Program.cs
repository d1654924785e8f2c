using Portolan.Bench.Proxy;
using Portolan.Bench.Proxy.Peers;

switch (args)
{
    case ["backend", var port]:
        await Backend.RunAsync(int.Parse(port));
        return 0;
    case ["yarp", var port, var backend]:
        await YarpProxy.RunAsync(int.Parse(port), int.Parse(backend));
        return 0;
}

var wrong = args.Except(["--short", "--json"]).ToList();
if (wrong.Count > 0)
{
    Console.Error.WriteLine($"There is no option '{wrong[0]}'; there are --short (4 minutes, fewer runs) and --json (one line a figure).");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
try
{
    var output = new Output(args.Contains("--json"));
    await new Driver(args.Contains("--short") ? Settings.Short : Settings.Long, output, stop.Token).RunAsync();
    output.End();
    return 0;
}
catch (Exception failed) when (failed is BenchException or OperationCanceledException)
{
    Console.Error.WriteLine(failed.Message);
    return 1;
}
