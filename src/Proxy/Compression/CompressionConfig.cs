using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Compression;

/// <summary>Which answers of a route are compressed for clients that take it.</summary>
public sealed record CompressionConfig
{
    /// <summary>Media types, <c>text/*</c> for all of a kind. Default: text, JSON, XML, JavaScript, SVG, WebAssembly.</summary>
    public ConfigList<string> Types { get; init; } =
    [
        "text/*", "application/json", "application/*+json", "application/xml", "application/*+xml", "application/javascript",
        "application/wasm", "application/x-ndjson", "application/yaml", "image/svg+xml",
    ];

    /// <summary>Shorter answers are left as they are; those of unknown length are not. Default 1 KiB.</summary>
    [JsonConverter(typeof(SizeText))]
    public long MinSize { get; init; } = 1024;

    /// <summary><c>br</c> and <c>gzip</c>, the better first: it is taken where a client likes both alike.</summary>
    public ConfigList<string> Encodings { get; init; } = ["br", "gzip"];
}
