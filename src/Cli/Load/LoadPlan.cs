namespace Portolan.Cli.Load;

/// <summary>What to send, how often and for how long.</summary>
/// <param name="Rate">Requests a second, each at its own moment; null: a connection sends its next when it has its answer.</param>
/// <param name="WarmUp">Comes before <paramref name="Duration"/> and counts for nothing.</param>
/// <param name="Connections">As many requests as may be under way at once.</param>
/// <param name="Timeout">From sending to the end of the answer.</param>
/// <param name="Insecure">A certificate that nobody vouches for will do.</param>
internal sealed record LoadPlan(
    LoadRequest Request, double? Rate, TimeSpan Duration, TimeSpan WarmUp, int Connections, TimeSpan Timeout, bool Insecure);
