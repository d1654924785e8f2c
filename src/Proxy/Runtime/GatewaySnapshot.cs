using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Runtime;

/// <summary>A configuration made ready: a request takes the one that is current when it comes, and keeps it to its end.</summary>
/// <param name="Config">What it was made of.</param>
/// <param name="Routes">Its routes, ready to be matched.</param>
/// <param name="Flags">Its feature flags; null where whoever calls says which are on.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="Text">As it was written; null where it was made by a program.</param>
internal sealed record GatewaySnapshot(GatewayConfig Config, RouteTable Routes, FlagSet? Flags, ConfigOrigin Origin, string? Text)
{
    /// <summary>How slowly a client on HTTP/1.1 may take its answer; null: as slowly as it likes.</summary>
    public MinDataRate? AnswerRate { get; } = ServerLimits.Rate(Config.Limits.AnswerRate, Config.Limits);
}

/// <summary>Which configuration it is.</summary>
/// <param name="Version">1 is what the process started with; each that is put in force has the next.</param>
/// <param name="LoadedAt">Since when it is in force.</param>
/// <param name="Source"><c>start</c>, <c>file</c> or <c>operator</c>.</param>
internal sealed record ConfigOrigin(int Version, DateTimeOffset LoadedAt, string Source);
