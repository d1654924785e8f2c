using System.Text.Json;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Transforms;

/// <summary>What can be wrong with the transforms of a route.</summary>
internal sealed class TransformChecks(PathTemplate template, List<ConfigError> errors)
{
    private const int LargestBody = 64 * 1024 * 1024;

    /// <summary>Of the request. A route that composes its answer has no path and no query of its own to send.</summary>
    public void Request(RequestTransformConfig transform, string where, string? rewrite, bool composed)
    {
        Headers(transform.Headers, where + ".headers", ofRequest: true);
        foreach (var value in (transform.Query?.Set ?? []).Concat(transform.Query?.Add ?? []))
        {
            Value(value.Value, $"{where}.query");
        }

        Json(transform.Json, where + ".json");
        if (composed && (transform.Query ?? transform.Json ?? (object?)transform.StripPrefix ?? transform.AddPrefix) is not null)
        {
            errors.Add(new ConfigError(where, "a composed route asks with its parts' own paths: only 'headers' can be changed."));
        }

        if ((transform.StripPrefix ?? transform.AddPrefix) is not null && rewrite is not null)
        {
            errors.Add(new ConfigError(where, "'rewrite' already says the whole path; remove it, or 'stripPrefix' and 'addPrefix'."));
        }

        if (transform.StripPrefix is { } strip && PathPrefix.Without(template.ToString(), strip) is null)
        {
            errors.Add(new ConfigError(where + ".stripPrefix", $"the route's path '{template}' does not begin with the segments of '{strip}'."));
        }

        if (transform.AddPrefix is { } add && (TemplateSyntax.Check(add) is not null || add.AsSpan().IndexOfAny('{', '}', '?') >= 0))
        {
            errors.Add(new ConfigError(where + ".addPrefix", $"'{add}' is no beginning of a path; write one like /v1."));
        }
    }

    public void Response(ResponseTransformConfig transform, string where)
    {
        Headers(transform.Headers, where + ".headers", ofRequest: false);
        Json(transform.Json, where + ".json");
        foreach (var change in transform.Status)
        {
            if (!IsMappable(change.From) || !IsMappable(change.To))
            {
                errors.Add(new ConfigError(where + ".status", "maps numbers from 200 to 599, like 404: 410; not 204, 205 and 304, which have no body."));
            }
        }
    }

    private static bool IsMappable(int status) => status is >= 200 and <= 599 and not (204 or 205 or 304);

    private void Headers(ValueChanges? changes, string where, bool ofRequest)
    {
        if (changes is null)
        {
            return;
        }

        foreach (var name in changes.Remove.Concat(changes.Set.Concat(changes.Add).Select(header => header.Name)))
        {
            if (!HttpText.IsToken(name))
            {
                errors.Add(new ConfigError(where, $"'{name}' is no header's name."));
            }
            else if (!HeaderNameRules.MayChange(name, ofRequest))
            {
                errors.Add(new ConfigError(where, $"'{name}' is the gateway's own to write; remove it."));
            }
        }

        foreach (var (name, value) in changes.Set.Concat(changes.Add))
        {
            if (!HttpText.IsValue(value))
            {
                errors.Add(new ConfigError(where, $"the value of '{name}' has a character that no header can have, or blanks around it."));
            }

            Value(value, where);
        }
    }

    private void Json(JsonChanges? changes, string where)
    {
        if (changes is null)
        {
            return;
        }

        foreach (var path in changes.Remove.Concat(changes.Set.Concat(changes.Rename).Select(field => field.Name)))
        {
            Fields(path, where);
        }

        foreach (var name in changes.Rename.Select(field => field.Value).Where(name => name.Length == 0 || name.Contains('.')))
        {
            errors.Add(new ConfigError(where + ".rename", $"'{name}' is no name of a field; a renamed field stays where it is, so write the name alone."));
        }

        foreach (var (name, value) in changes.Set)
        {
            if (JsonTransform.TryRead(value) is not { } literal)
            {
                errors.Add(new ConfigError(where + ".set", $"the value of '{name}' is not JSON: text is quoted."));
            }
            else if (literal.ValueKind == JsonValueKind.String)
            {
                Value(literal.GetString()!, where + ".set");
            }
        }

        if (changes.MaxSize is < 1 or > LargestBody)
        {
            errors.Add(new ConfigError(where + ".maxSize", "must be 1 byte to 64MB: a body that is changed is held in memory."));
        }
    }

    private void Fields(string path, string where)
    {
        if (path.Split('.').Contains(""))
        {
            errors.Add(new ConfigError(where, $"'{path}' is no way to a field; write names with dots between them, such as customer.email."));
        }
    }

    private void Value(string value, string where)
    {
        if (!TextTemplate.TryParseValue(value, out var text, out var error))
        {
            errors.Add(new ConfigError(where, error));
            return;
        }

        foreach (var hole in text.Holes.Where(hole => !template.Names.Contains(hole)))
        {
            errors.Add(new ConfigError(where, $"{{{hole}}} is no part of the route's path {template}."));
        }
    }
}
