using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Edge;

/// <summary>What clients are told of the instance that answered.</summary>
[Flags]
public enum BackendFacts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>X-Served-By</c>: its id.</summary>
    ServedBy = 1,

    /// <summary><c>X-Backend-Latency</c>: how long it took until its answer began, as <c>45ms</c>.</summary>
    BackendLatency = 2,

    /// <summary>All of it.</summary>
    All = ServedBy | BackendLatency,
}

/// <summary>Writes what clients are told of the instance that answered.</summary>
internal static class BackendHeaders
{
    private static readonly string[] Milliseconds = [.. Enumerable.Range(0, 1000).Select(Text)];

    public static void Write(IHeaderDictionary headers, RouteMatch match, BackendFacts facts)
    {
        if ((facts & BackendFacts.ServedBy) != 0 && match.ServedBy is { } instance)
        {
            headers["X-Served-By"] = instance;
        }

        if ((facts & BackendFacts.BackendLatency) != 0 && match.BackendTime is { } time)
        {
            var whole = (int)Math.Clamp(Math.Round(time.TotalMilliseconds), 0, int.MaxValue);
            headers["X-Backend-Latency"] = whole < Milliseconds.Length ? Milliseconds[whole] : Text(whole);
        }
    }

    private static string Text(int milliseconds) => milliseconds.ToString(CultureInfo.InvariantCulture) + "ms";
}
