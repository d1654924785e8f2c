using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Versions;

/// <summary>Tells which version a request asks for.</summary>
internal sealed class VersionChoice
{
    /// <summary>What stands for the version in paths and media types.</summary>
    public const string Hole = "version";

    private readonly VersioningConfig config;
    private readonly Dictionary<string, VersionPlan> versions = new(StringComparer.OrdinalIgnoreCase);
    private readonly VersionMediaType? mediaType;
    private readonly VersionPlan? standard;
    private readonly Func<string, VersionPlan?> find;

    public VersionChoice(VersioningConfig config)
    {
        this.config = config;
        foreach (var version in config.Versions)
        {
            versions[Plain(version.Name)] = new VersionPlan(version, config.Path);
        }

        find = name => versions.GetValueOrDefault(Plain(name));
        mediaType = config.MediaType is null ? null : VersionMediaType.TryParse(config.MediaType);
        standard = config.Default is null ? null : find(config.Default);
    }

    /// <summary>A version's name without the <c>v</c> in front of its number.</summary>
    public static string Plain(string name) => name is ['v' or 'V', >= '0' and <= '9', ..] ? name[1..] : name;

    /// <summary>The version; or null, and why the request is refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ofPath">The version that its path names, or null.</param>
    /// <param name="problem">What the client is told.</param>
    public VersionPlan? Of(HttpRequest request, string? ofPath, out Problem? problem)
    {
        problem = null;
        return (ofPath is null ? null : find(ofPath)) ?? OfHeader(request, ref problem) ?? OfMediaType(request, ref problem)
            ?? (problem is null ? standard ?? Missing(out problem) : null);
    }

    private VersionPlan? OfHeader(HttpRequest request, ref Problem? problem)
    {
        if (config.Header is null || !request.Headers.TryGetValue(config.Header, out var values))
        {
            return null;
        }

        var named = values.Count == 1 ? find(values[0]!.Trim()) : null;
        problem = named is null ? Unknown(400, $"{config.Header}: {values}") : null;
        return named;
    }

    private VersionPlan? OfMediaType(HttpRequest request, ref Problem? problem)
    {
        if (mediaType is null || problem is not null)
        {
            return null;
        }

        var accepted = mediaType.Find(request.Headers.Accept, find, out var unknown);
        if (accepted is null && unknown is not null)
        {
            problem = Unknown(406, $"Accept: {request.Headers.Accept}");
        }

        if (accepted is null && unknown is null)
        {
            accepted = mediaType.Find(request.Headers.ContentType, find, out unknown);
            problem = unknown is null ? null : Unknown(415, $"Content-Type: {request.Headers.ContentType}");
        }

        return accepted;
    }

    private Problem Unknown(int status, string said) => new(
        "version-unknown", "Unknown version", status, $"There is no version that '{said}' names; there are {Names}.");

    private VersionPlan? Missing(out Problem problem)
    {
        string?[] ways = [config.Path, config.Header is null ? null : $"the header {config.Header}", config.MediaType is null ? null : $"the media type {config.MediaType}"];
        problem = new Problem(
            "version-required", "Version required", 400, $"Say which version is meant with {string.Join(" or ", ways.OfType<string>())}; there are {Names}.");
        return null;
    }

    private string Names => string.Join(", ", config.Versions.Select(version => version.Name));
}
