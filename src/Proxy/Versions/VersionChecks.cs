using System.Buffers;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Versions;

/// <summary>What can be wrong with the versions of a route.</summary>
internal sealed class VersionChecks(string where, List<ConfigError> errors)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <param name="config">To be checked.</param>
    /// <param name="template">The route's own path.</param>
    /// <param name="service">The route's own service.</param>
    /// <param name="isOwn">Tells the paths that the gateway answers itself.</param>
    /// <param name="checkService">Checks the name of a service.</param>
    public void Check(VersioningConfig config, PathTemplate template, string? service, Func<string, bool> isOwn, Action<string, string> checkService)
    {
        Require(config.Path ?? config.Header ?? config.MediaType, "", "needs 'path', 'header' or 'mediaType', by which requests say which version they mean.");
        Require(config.Versions.Count > 0, "versions", "needs at least one version, such as versions: { v1: { service: orders } }.");
        Require(config.Default is null || config.Versions.Any(version => version.Name == config.Default), "default", $"there is no version '{config.Default}'{Nearest.Hint(config.Default ?? "", config.Versions.Select(version => version.Name))}");
        Require(config.Header is null || HttpText.IsToken(config.Header), "header", $"'{config.Header}' is no header's name.");
        Require(config.MediaType is null || VersionMediaType.TryParse(config.MediaType) is not null, "mediaType", $"'{config.MediaType}' is no media type with {{version}} in it; write application/vnd.shop.{{version}}+json.");
        CheckPath(config.Path, template, isOwn);
        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var version in config.Versions)
        {
            var place = $"versions.{version.Name}";
            Require(version.Name.Length is > 0 and <= 32 && !version.Name.AsSpan().ContainsAnyExcept(NameCharacters) && version.Name.Trim('.').Length > 0, place, $"'{version.Name}' is no version's name: up to 32 letters, digits, '.', '-' and '_', such as v2.");
            if (!known.TryAdd(VersionChoice.Plain(version.Name), version.Name))
            {
                Add(place, $"'{version.Name}' is the same version as '{known[VersionChoice.Plain(version.Name)]}'.");
            }

            CheckVersion(config, version, place, service, checkService);
        }
    }

    private void CheckVersion(VersioningConfig config, VersionConfig version, string place, string? service, Action<string, string> checkService)
    {
        Require(version.Service ?? service, place, "needs 'service', because the route has none that would answer it.");
        if (version.Service is not null)
        {
            checkService(version.Service, $"{where}.{place}.service");
        }

        Require(version.Sunset is null || version.Deprecated is null || version.Sunset >= version.Deprecated, $"{place}.sunset", "must not be before 'deprecated' (RFC 9745).");
        Require(version.Sunset is not null || !version.AfterSunset, $"{place}.afterSunset", "says nothing without 'sunset'.");
        Require(version.DeprecationLink is null || IsAddress(version.DeprecationLink), $"{place}.deprecationLink", NoAddress(version.DeprecationLink));
        Require(version.SunsetLink is null || IsAddress(version.SunsetLink), $"{place}.sunsetLink", NoAddress(version.SunsetLink));
        if (version.Successor is not { } successor || IsAddress(successor))
        {
            return;
        }

        Require(config.Versions.Any(other => other.Name == successor), $"{place}.successor", $"'{successor}' is neither a version nor an address{Nearest.Hint(successor, config.Versions.Select(other => other.Name))}");
        Require(successor != version.Name, $"{place}.successor", "a version does not come after itself.");
        Require(config.Path, $"{place}.successor", "a version has an address only where versions have a path; give 'path', or an address here.");
    }

    private void CheckPath(string? path, PathTemplate template, Func<string, bool> isOwn)
    {
        Require(!template.Names.Contains(VersionChoice.Hole), "path", "the route's own path has no {version}; it stands here only.");
        if (path is null)
        {
            return;
        }

        if (!PathTemplate.TryParse(path, out var versioned, out var error))
        {
            Add("path", error);
            return;
        }

        Require(versioned.Names.Contains(VersionChoice.Hole), "path", $"'{path}' has no {{version}}; write a path like /{{version}}{template}.");
        Require(!isOwn(path), "path", $"'{path}' is answered by the gateway itself; choose another path.");
        foreach (var name in versioned.Names.Except(template.Names).Where(name => name != VersionChoice.Hole).Concat(template.Names.Except(versioned.Names)))
        {
            Add("path", $"{{{name}}} stands in only one of '{path}' and the route's path {template}; services are sent the latter, made of the former.");
        }
    }

    private static bool IsAddress(string text) => HttpText.IsValue(text) && !text.AsSpan().ContainsAny("<>\" ")
        && (text.StartsWith('/') || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"));

    private static string NoAddress(string? text) => $"'{text}' is no address; write https://shop.example/docs, or a path from / on.";

    private void Require(string? given, string key, string message) => Require(given is not null, key, message);

    private void Require(bool holds, string key, string message)
    {
        if (!holds)
        {
            Add(key, message);
        }
    }

    private void Add(string key, string message) => errors.Add(new ConfigError(key.Length == 0 ? where : $"{where}.{key}", message));
}
