using System.Diagnostics;
using Portolan.Core.Identity;

namespace Portolan.Core.Correlation;

/// <summary>Which hop and which user action the running code works for.</summary>
/// <param name="RequestId">This hop: one HTTP request, or one handling of a message.</param>
/// <param name="CorrelationId">The user action that all hops share.</param>
/// <param name="ParentRequestId">The hop that caused this one; null at the edge.</param>
public sealed record CorrelationContext(string RequestId, string CorrelationId, string? ParentRequestId)
{
    // An identifier from outside goes into logs and headers: bounded, printable, no separators.
    private const int MaximumLength = 128;

    private static readonly AsyncLocal<CorrelationContext?> Ambient = new();

    /// <summary>The context of the running request or message; null outside of both.</summary>
    public static CorrelationContext? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>A new hop: inside <paramref name="correlationId"/> when it is well formed, else a user action of its own.</summary>
    public static CorrelationContext Start(TimeProvider clock, string? correlationId, string? parentRequestId)
    {
        var requestId = Ids.NewText(clock);
        return new CorrelationContext(
            requestId,
            IsWellFormed(correlationId) ? correlationId! : requestId,
            IsWellFormed(parentRequestId) ? parentRequestId : null);
    }

    /// <summary>The id of the current W3C trace; null when nothing is traced.</summary>
    public static string? TraceId =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : null;

    private static bool IsWellFormed(string? value)
    {
        if (string.IsNullOrEmpty(value) || value.Length > MaximumLength)
        {
            return false;
        }

        foreach (var character in value)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.' or ':' or '/' or '+' or '='))
            {
                return false;
            }
        }

        return true;
    }
}
