using System.Globalization;
using Portolan.Bench.Soak;

var minutes = args switch
{
    [] => 10,
    ["--minutes", var text] when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var given) && given > 0 => given,
    _ => 0,
};
if (minutes == 0)
{
    Console.Error.WriteLine("Usage: dotnet run -c Release --project bench/Soak -- [--minutes 10]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    return await Soak.RunAsync(TimeSpan.FromMinutes(minutes), stop.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
