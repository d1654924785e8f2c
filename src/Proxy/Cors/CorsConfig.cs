using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Cors;

/// <summary>Which pages of other origins may use a route from a browser.</summary>
public sealed record CorsConfig
{
    /// <summary>Origins such as <c>https://shop.example</c>, <c>https://*.shop.example</c> for all below it, or <c>*</c> alone for all.</summary>
    public required ConfigList<string> Origins { get; init; }

    /// <summary>Methods that pages may use. Empty: those that the address takes.</summary>
    public ConfigList<string> Methods { get; init; } = [];

    /// <summary>Headers that pages may send. Empty: whichever they ask for.</summary>
    public ConfigList<string> Headers { get; init; } = [];

    /// <summary>Headers of answers that pages may read, beside the few that they always may.</summary>
    public ConfigList<string> Exposed { get; init; } = [];

    /// <summary>True: with the user's cookies. Not with <c>*</c> as origin.</summary>
    public bool Credentials { get; init; }

    /// <summary>How long a browser need not ask again. Default 10 min.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);
}
