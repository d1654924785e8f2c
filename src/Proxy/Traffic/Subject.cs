using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Discovery.Selection.Policies;

namespace Portolan.Proxy.Traffic;

/// <summary>Tells who asks, as a number that is the same each time and at every gateway.</summary>
internal sealed class Subject(SubjectConfig config, Random random)
{
    private readonly string place = "cookie " + config.Name;

    /// <summary>Characters of the value that the gateway gives, hexadecimal.</summary>
    public const int Length = 24;

    private const int LongestCookie = 128;

    public ulong Of(HttpContext context) => config.By switch
    {
        SubjectKind.Header => OfHeader(context),
        SubjectKind.Cookie => OfCookie(context),
        _ => OfAddress(context.Connection.RemoteIpAddress),
    };

    private ulong OfHeader(HttpContext context) =>
        context.Request.Headers.TryGetValue(config.Name, out var value) && value.Count == 1 && value[0] is { Length: > 0 } named
            ? KeyHash.Of(named)
            : OfAddress(context.Connection.RemoteIpAddress);

    private ulong OfCookie(HttpContext context)
    {
        var there = Cookies.Find(context.Request.Headers.Cookie, config.Name);
        if (there.Length is > 0 and <= LongestCookie)
        {
            return KeyHash.Of(there);
        }

        // Whatever else tells browsers apart by this cookie gave it to the same browser.
        if (context.Items.TryGetValue(place, out var before))
        {
            return KeyHash.Of((string)before!);
        }

        // It names nobody: only this browser again.
        Span<byte> bytes = stackalloc byte[Length / 2];
        random.NextBytes(bytes);
        var given = Convert.ToHexStringLower(bytes);
        context.Items[place] = given;
        var cookie = $"{config.Name}={given}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{(context.Request.IsHttps ? "; Secure" : "")}";
        AnswerHeaders.Append(context, "Set-Cookie", cookie);
        return KeyHash.Of(given);
    }

    private static ulong OfAddress(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        // The same client, whether the listener is of one family or of both.
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<char> text = stackalloc char[64];
        return address.TryFormat(text, out var length) ? KeyHash.Of(text[..length]) : 0;
    }
}
