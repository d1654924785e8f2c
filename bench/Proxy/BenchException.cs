namespace Portolan.Bench.Proxy;

/// <summary>What could not be measured, and why.</summary>
internal sealed class BenchException(string message) : Exception(message);
