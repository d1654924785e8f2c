using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Correlation;

namespace Portolan.Resilience.Timeouts;

/// <summary>A deadline on its way between services: as the time that is left, because no two clocks agree.</summary>
public static class DeadlineHeaders
{
    private const int MostDigits = 9;
    private const int MostGrpcDigits = 8;
    private const string GrpcUnits = "HMSmun";

    /// <summary>Taken off what is sent on, so that an answer is back before the own deadline: 5 ms.</summary>
    public static TimeSpan Offset { get; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long the caller waits: the smaller of <c>X-Request-Timeout</c> and <c>grpc-timeout</c>; null where neither is there and valid.</summary>
    public static TimeSpan? Read(IHeaderDictionary headers)
    {
        var own = headers.TryGetValue(HeaderNames.RequestTimeout, out var milliseconds) ? Parse(milliseconds) : null;
        var grpc = headers.TryGetValue(HeaderNames.GrpcTimeout, out var value) ? ParseGrpc(value) : null;
        return own < grpc || grpc is null ? own : grpc;
    }

    /// <summary>A positive number of milliseconds, at most nine digits; null for anything else, two values included.</summary>
    public static TimeSpan? Parse(StringValues value) =>
        Number(Single(value), MostDigits) is { } milliseconds and > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>Up to eight digits and a unit; null for anything else. Zero is a deadline that has passed.</summary>
    public static TimeSpan? ParseGrpc(StringValues value)
    {
        var text = Single(value);
        if (text.Length < 2 || Number(text[..^1], MostGrpcDigits) is not { } number)
        {
            return null;
        }

        return text[^1] switch
        {
            'H' => TimeSpan.FromHours(number),
            'M' => TimeSpan.FromMinutes(number),
            'S' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMilliseconds(number),
            'u' => TimeSpan.FromMicroseconds(number),
            'n' => TimeSpan.FromTicks(number / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
    }

    /// <summary>
    /// Tells the one that is called how long we wait for it; a smaller value that is there already stays. Nothing is written
    /// where nothing bounds the call, or for longer than a day.
    /// </summary>
    /// <param name="request">A request on its way out.</param>
    /// <param name="remaining">Such as a call's <see cref="ResilienceCall.Remaining"/>.</param>
    public static void Write(HttpRequestMessage request, TimeSpan remaining)
    {
        if (remaining > TimeSpan.FromDays(1))
        {
            return;
        }

        var headers = request.Headers;
        var left = remaining - Offset > TimeSpan.FromMilliseconds(1) ? remaining - Offset : TimeSpan.FromMilliseconds(1);
        Write(headers, HeaderNames.RequestTimeout, left, Parse, Format);
        if (request.Content?.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            Write(headers, HeaderNames.GrpcTimeout, left, ParseGrpc, FormatGrpc);
        }
    }

    /// <summary>Whole milliseconds, rounded down.</summary>
    public static string Format(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>The finest unit that eight digits can hold, rounded down; at most 99,999,999 hours.</summary>
    public static string FormatGrpc(TimeSpan time)
    {
        var number = (UInt128)Math.Max(0, time.Ticks) * TimeSpan.NanosecondsPerTick;
        var unit = GrpcUnits.Length - 1;
        foreach (var next in (ReadOnlySpan<uint>)[1_000, 1_000, 1_000, 60, 60])
        {
            if (number < 100_000_000)
            {
                break;
            }

            number /= next;
            unit--;
        }

        return $"{UInt128.Min(number, 99_999_999)}{GrpcUnits[unit]}";
    }

    private static void Write(
        HttpRequestHeaders headers, string name, TimeSpan left, Func<StringValues, TimeSpan?> parse, Func<TimeSpan, string> format)
    {
        if (headers.NonValidated.TryGetValues(name, out var there))
        {
            if (parse(there.ToString()) <= left)
            {
                return;
            }

            headers.Remove(name);
        }

        headers.TryAddWithoutValidation(name, format(left));
    }

    private static ReadOnlySpan<char> Single(StringValues value) => value.Count == 1 ? value[0] : default;

    private static long? Number(ReadOnlySpan<char> digits, int most) =>
        digits.Length <= most && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
