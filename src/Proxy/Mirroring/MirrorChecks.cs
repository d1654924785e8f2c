using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Mirroring;

/// <summary>What can be wrong with a mirror.</summary>
internal static class MirrorChecks
{
    private const long MostBody = 16 * 1024 * 1024;

    /// <param name="mirror">The mirror.</param>
    /// <param name="where">Its place.</param>
    /// <param name="checkService">Checks a service's name, at its place.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Check(MirrorConfig mirror, string where, Action<string, string> checkService, List<ConfigError> errors)
    {
        checkService(mirror.Service, where + ".service");
        if (mirror.Share is not (>= 0 and <= 1))
        {
            errors.Add(new ConfigError(where + ".share", "must be from 0% to 100%."));
        }

        if (mirror.Timeout <= TimeSpan.Zero || mirror.Timeout > TimeSpan.FromHours(1))
        {
            errors.Add(new ConfigError(where + ".timeout", "must be longer than nothing, and at most 1h."));
        }

        if (mirror.Concurrency < 1 || mirror.Queue < 1)
        {
            errors.Add(new ConfigError(where, "needs a 'concurrency' and a 'queue' of at least 1."));
        }

        if (mirror.MaxBody is < 0 or > MostBody)
        {
            errors.Add(new ConfigError(where + ".maxBody", "must be from 0B to 16MiB."));
        }

        if (mirror.Methods.Count == 0 || mirror.Methods.Any(method => method.Length == 0 || !method.All(char.IsAsciiLetter)))
        {
            errors.Add(new ConfigError(where + ".methods", "needs at least one method; write GET, POST, PUT, PATCH or DELETE."));
        }
    }
}
