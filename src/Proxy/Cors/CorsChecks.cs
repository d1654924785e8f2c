using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Cors;

/// <summary>What can be wrong with the origins that a route lets in.</summary>
internal static class CorsChecks
{
    public static void Check(CorsConfig cors, string where, List<ConfigError> errors)
    {
        if (cors.Origins.Count == 0)
        {
            errors.Add(new ConfigError(where, "needs 'origins': a list such as [https://shop.example]."));
        }

        foreach (var origin in cors.Origins.Where(origin => origin != "*" && OriginPattern.TryParse(origin) is null))
        {
            errors.Add(new ConfigError(where + ".origins", $"'{origin}' is no origin; write https://shop.example, https://*.shop.example or *, without a path."));
        }

        if (cors.Origins.Contains("*"))
        {
            if (cors.Credentials)
            {
                errors.Add(new ConfigError(where + ".credentials", "cookies for every page of the world is what browsers refuse: name the origins, or remove 'credentials'."));
            }

            if (cors.Origins.Count > 1)
            {
                errors.Add(new ConfigError(where + ".origins", "'*' is all of them; remove it, or the others."));
            }
        }

        foreach (var name in cors.Methods.Concat(cors.Headers).Concat(cors.Exposed).Where(name => !HttpText.IsToken(name) || name == "*"))
        {
            errors.Add(new ConfigError(where, $"'{name}' is no name of a method or header; leave the list out for those that are asked for."));
        }

        if (cors.MaxAge < TimeSpan.Zero || cors.MaxAge > TimeSpan.FromDays(1))
        {
            errors.Add(new ConfigError(where + ".maxAge", "must be 0 to 1d."));
        }
    }
}
