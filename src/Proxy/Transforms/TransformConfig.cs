using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Transforms;

/// <summary>What a route changes in a request before it goes on. Values may hold parameters of the route, as <c>{id}</c>.</summary>
public sealed record RequestTransformConfig
{
    /// <summary>Headers; not those that concern one connection, nor those that the gateway writes itself.</summary>
    public ValueChanges? Headers { get; init; }

    /// <summary>The query's parameters.</summary>
    public ValueChanges? Query { get; init; }

    /// <summary>Fields of a JSON body.</summary>
    public JsonChanges? Json { get; init; }

    /// <summary>Beginning of the route's path that services do not see, in whole segments.</summary>
    public string? StripPrefix { get; init; }

    /// <summary>What services see in front of the path.</summary>
    public string? AddPrefix { get; init; }
}

/// <summary>What a route changes in an answer.</summary>
public sealed record ResponseTransformConfig
{
    /// <summary>Headers; not those that concern one connection or the body's framing.</summary>
    public ValueChanges? Headers { get; init; }

    /// <summary>Which status is told in place of which.</summary>
    public ConfigList<StatusChange> Status { get; init; } = [];

    /// <summary>Fields of a successful JSON answer.</summary>
    public JsonChanges? Json { get; init; }
}

/// <summary>Changes of named values, in this order: removed, set, added.</summary>
public sealed record ValueChanges
{
    /// <summary>Names that go.</summary>
    public ConfigList<string> Remove { get; init; } = [];

    /// <summary>Values that take the place of all of the same name.</summary>
    public ConfigList<NamedValue> Set { get; init; } = [];

    /// <summary>Values that come to those of the same name.</summary>
    public ConfigList<NamedValue> Add { get; init; } = [];
}

/// <summary>Changes of fields, in this order: removed, renamed, set. A path such as <c>items.price</c> means all elements of a list.</summary>
public sealed record JsonChanges
{
    /// <summary>Paths of fields that go.</summary>
    public ConfigList<string> Remove { get; init; } = [];

    /// <summary>Paths of fields, and their new names (names only: a field stays where it is).</summary>
    public ConfigList<NamedValue> Rename { get; init; } = [];

    /// <summary>Paths of fields, and their values as JSON, such as <c>5</c> or <c>"gold"</c>.</summary>
    public ConfigList<NamedValue> Set { get; init; } = [];

    /// <summary>Bytes a body may have to be changed. Default 1 MiB.</summary>
    [JsonConverter(typeof(SmallSizeText))]
    public int MaxSize { get; init; } = 1024 * 1024;
}

/// <summary>A name and its value.</summary>
public sealed record NamedValue(string Name, string Value);

/// <summary>A status and the one that is told in its place.</summary>
public sealed record StatusChange(int From, int To);
