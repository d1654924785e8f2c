using System.Text.Json;
using BenchmarkDotNet.Running;
using Portolan.Bench.Resilience;

// Measures src/Resilience beside Polly and the framework's limiters; nothing is asserted.
//   dotnet run -c Release --project bench/Resilience                     all of it, each case in a process of its own
//   dotnet run -c Release --project bench/Resilience -- --short --json   within 90 seconds, a line of JSON a case
//   dotnet run -c Release --project bench/Resilience -- --list           the cases
// Any other argument keeps the cases whose name contains it.
var filter = args.FirstOrDefault(arg => !arg.StartsWith("--", StringComparison.Ordinal)) ?? "";
var isShort = args.Contains("--short");
var types = typeof(Program).Assembly.GetExportedTypes().Where(type => Names.CasesOf(type).Any()).ToList();
var cases = types.SelectMany(Names.CasesOf).Where(name => name.Contains(filter, StringComparison.OrdinalIgnoreCase)).ToList();
if (args.Contains("--list"))
{
    cases.ForEach(Console.WriteLine);
    return 0;
}

var runs = types
    .Select(type => BenchmarkConverter.TypeToBenchmarks(type, !isShort ? Settings.Full : Names.IsOfTwoThreads(type) ? Settings.ShortOfTwoThreads : Settings.Short))
    .Select(run => new BenchmarkRunInfo([.. run.BenchmarksCases.Where(benchmark => cases.Contains(Names.CaseOf(benchmark)))], run.Type, run.Config))
    .Where(run => run.BenchmarksCases.Length > 0)
    .ToArray();
if (isShort)
{
    Warmup.Run(runs.SelectMany(run => run.BenchmarksCases).Where(benchmark => !Names.IsOfTwoThreads(benchmark)), TimeSpan.FromSeconds(3));
}

// Twice over when it is short: the two sides of a case are measured at different moments, and one of them may be a bad one.
var summaries = Enumerable.Range(0, isShort ? 2 : 1).SelectMany(_ => BenchmarkRunner.Run(runs)).ToList();
var measurements = Measurement.From(summaries).OrderBy(measurement => cases.IndexOf(measurement.Name)).ToList();
Console.Write(args.Contains("--json")
    ? string.Concat(measurements.Select(measurement => $"{JsonSerializer.Serialize(measurement, JsonSerializerOptions.Web)}\n"))
    : Table.Of(measurements));
return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
