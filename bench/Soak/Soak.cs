namespace Portolan.Bench.Soak;

/// <summary>
/// The gateway as a process among peers that behave as peers do: some reset, some read slowly, some are never heard of again, and
/// 5,000 WebSockets say nothing. Its memory has to stay level, and what ended has to be gone.
/// </summary>
internal static class Soak
{
    private const int IdleSockets = 5000;

    // What the gateway holds without clients: its listener, its watches, and connections kept for the next request.
    private const int Few = 80;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Longer than the gateway keeps a connection on which nothing happens.
    private static readonly TimeSpan UntilQuiet = TimeSpan.FromSeconds(150);

    public static async Task<bool> RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await using var service = await Service.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(service.Port, cancellationToken);
        await using var sockets = await IdleWebSockets.OpenAsync(gateway.Port, IdleSockets, cancellationToken);
        var seen = new List<Sample>();
        Console.WriteLine($"{"",9}{"memory",9}{"sockets",9}{"waiting",9}{"requests",11}{"failed",8}{"rudeness",10}");
        Print("quiet", Sample.Of(gateway), null);

        using (var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            over.CancelAfter(time);
            var traffic = new Traffic(gateway.Port);
            var running = traffic.RunAsync(over.Token);
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(Interval, TimeProvider.System, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                seen.Add(Sample.Of(gateway));
                Print($"{seen.Count * Interval.TotalSeconds:0} s", seen[^1], traffic);
            }

            await running;
            cancellationToken.ThrowIfCancellationRequested();
            return Check($"failed requests of clients that behave: {traffic.Failed}", traffic.Failed == 0)
                & Check($"memory from the second quarter to the last: {Quarter(seen, 1)} to {Quarter(seen, 3)} MB", Quarter(seen, 3) <= (Quarter(seen, 1) * 1.1) + 10)
                & await IsQuietAsync(gateway, (2 * IdleSockets) + Few, "with the idle WebSockets", cancellationToken)
                & Check("every idle WebSocket still answers", await sockets.AllAnswerAsync(cancellationToken))
                & await AllGoneAsync(gateway, sockets, cancellationToken);
        }
    }

    private static async Task<bool> AllGoneAsync(GatewayUnderTest gateway, IdleWebSockets sockets, CancellationToken cancellationToken)
    {
        await sockets.DisposeAsync();
        return await IsQuietAsync(gateway, Few, "when they have left", cancellationToken);
    }

    private static async Task<bool> IsQuietAsync(GatewayUnderTest gateway, int most, string when, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetTimestamp() + (long)(UntilQuiet.TotalSeconds * TimeProvider.System.TimestampFrequency);
        var sample = Sample.Of(gateway);
        while ((sample.Sockets > most || sample.CloseWait > 0) && TimeProvider.System.GetTimestamp() < deadline)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            sample = Sample.Of(gateway);
        }

        Print("after", sample, null);
        return Check($"sockets {when}: {sample.Sockets}, closed by their peer and not by the gateway: {sample.CloseWait}", sample.Sockets <= most && sample.CloseWait == 0);
    }

    // The middle one of a quarter of the time, in MB.
    private static long Quarter(List<Sample> seen, int quarter)
    {
        var part = seen.Skip(seen.Count * quarter / 4).Take(Math.Max(1, seen.Count / 4)).Select(sample => sample.Memory).Order().ToList();
        return part.Count == 0 ? 0 : part[part.Count / 2] / 1_000_000;
    }

    private static bool Check(string what, bool good)
    {
        Console.WriteLine($"{(good ? "ok  " : "BAD ")} {what}");
        return good;
    }

    private static void Print(string when, Sample sample, Traffic? traffic) =>
        Console.WriteLine($"{when,9}{sample.Memory / 1_000_000,6} MB{sample.Sockets,9}{sample.CloseWait,9}{traffic?.Answered,11}{traffic?.Failed,8}{traffic?.Rude,10}");
}
