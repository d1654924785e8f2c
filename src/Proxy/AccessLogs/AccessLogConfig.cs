using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.AccessLogs;

/// <summary>Which requests are logged, one line each. Failed ones (5xx, broken off) and slow ones always are.</summary>
public sealed record AccessLogConfig
{
    /// <summary>Share of the other requests, 0 to 1. Default: all.</summary>
    [JsonConverter(typeof(ShareText))]
    public double Share { get; init; } = 1;

    /// <summary>What takes longer is logged in any case. Default 1 s.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True: with the query, which may hold what belongs in no log. Default: without.</summary>
    public bool Query { get; init; }
}
