using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Mirroring;

/// <summary>Sends requests of a route to another service as well, whose answers nobody gets: to try it out, and to compare.</summary>
public sealed record MirrorConfig
{
    /// <summary>Name of the service that gets the copies.</summary>
    public required string Service { get; init; }

    /// <summary>Share of the requests, from 0 to 1 (default).</summary>
    [JsonConverter(typeof(ShareText))]
    public double Share { get; init; } = 1;

    /// <summary>Which methods; default GET and HEAD. A copy of another one does again what it does.</summary>
    public ConfigList<string> Methods { get; init; } = ["GET", "HEAD"];

    /// <summary>How long the copy may take, from its beginning to the end of the answer. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many copies are sent at once. Default 8.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>How many copies wait for that; more are dropped. Default 64.</summary>
    public int Queue { get; init; } = 64;

    /// <summary>Bytes of a body that are held: a request with more is not copied, an answer with more not compared. Default 64 KiB.</summary>
    [JsonConverter(typeof(SizeText))]
    public long MaxBody { get; init; } = 64 * 1024;

    /// <summary>True: copies go without <c>Authorization</c>, <c>Cookie</c> and <c>X-API-Key</c>.</summary>
    public bool StripCredentials { get; init; }

    /// <summary>What is compared beside the status; null: nothing.</summary>
    public CompareConfig? Compare { get; init; }
}

/// <summary>How answers are compared: bodies that are JSON by their fields, others byte by byte.</summary>
public sealed record CompareConfig
{
    /// <summary>Headers that are to be the same.</summary>
    public ConfigList<string> Headers { get; init; } = [];

    /// <summary>
    /// Fields that may differ, with all below them: <c>meta.requestId</c>, <c>items[].updatedAt</c>; <c>*</c> stands for any one
    /// name, <c>**</c> for any number of them.
    /// </summary>
    public ConfigList<string> Ignore { get; init; } = [];

    /// <summary>True: examples show texts. Else (default) only how long they are, because they may be somebody's.</summary>
    public bool ShowValues { get; init; }
}
