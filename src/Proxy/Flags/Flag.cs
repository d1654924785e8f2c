using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Portolan.Discovery.Selection.Policies;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Flags;

/// <summary>A flag in force: for how many it is on, which operators may change, and how many requests had it.</summary>
internal sealed class Flag
{
    private const string On = "on";
    private const string Off = "off";

    private readonly string cookie;
    private readonly Split split;
    private readonly Subject subject;
    private readonly FrozenSet<ulong> always;

    public Flag(FlagConfig config, Random random)
    {
        Config = config;
        cookie = $"feature-{config.Name}";
        split = new Split(new SplitConfig
        {
            Name = $"flag {config.Name}",
            Variants = [new VariantConfig(Off, "", 100 - config.Percent), new VariantConfig(On, "", config.Percent)],
        });
        subject = new Subject(config.Subject, random);
        always = config.Always.Select(one => KeyHash.Of(one)).ToFrozenSet();
    }

    public FlagConfig Config { get; }

    /// <summary>Percent of the subjects for whom it is on.</summary>
    public int Percent => split.Weights[1];

    /// <summary>How many requests it was decided for since its configuration is in force.</summary>
    public long Requests => split.Variants[0].Requests + split.Variants[1].Requests;

    /// <summary>For how many of them it was on.</summary>
    public long OnRequests => split.Variants[1].Requests;

    /// <summary>Sets for how many it is on: <paramref name="percent"/> of a hundred subjects.</summary>
    public void Change(int percent) => split.Change(new Dictionary<string, int> { [Off] = 100 - percent, [On] = percent });

    /// <summary>As the configuration says again.</summary>
    public void Reset() => split.Reset();

    /// <summary>Whether it is on for a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="asked">What it says of flags in <c>X-Feature-Flags</c>.</param>
    public bool IsOn(HttpContext context, ReadOnlySpan<char> asked)
    {
        var on = (Config.Override ? Asked(context.Request.Headers, asked) : null) ?? Decide(context);
        split.Variants[on ? 1 : 0].Count();
        return on;
    }

    // Where it is the same for everybody nobody needs to be told apart, nor gets a cookie.
    private bool Decide(HttpContext context)
    {
        var only = split.Only;
        if (only is not null && (always.Count == 0 || only.Name == On))
        {
            return only.Name == On;
        }

        var who = subject.Of(context);
        return always.Contains(who) || (only ?? split.Choose(who)).Name == On;
    }

    // A name alone is on; what is neither on nor off says nothing.
    private bool? Asked(IHeaderDictionary headers, ReadOnlySpan<char> asked)
    {
        foreach (var part in asked.Split(','))
        {
            var word = asked[part].Trim();
            if (word.StartsWith(Config.Name, StringComparison.Ordinal) && Choice(word[Config.Name.Length..]) is { } chosen)
            {
                return chosen;
            }
        }

        return headers.Cookie.Count == 0 ? null : Cookies.Find(headers.Cookie, cookie) switch
        {
            On => true,
            Off => false,
            _ => null,
        };
    }

    private static bool? Choice(ReadOnlySpan<char> rest) => rest switch
    {
        "" or "=on" => true,
        "=off" => false,
        _ => null,
    };
}
