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
return 1;
