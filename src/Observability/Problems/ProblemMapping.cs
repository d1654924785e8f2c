using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Portolan.Core.Database;
using Portolan.Core.Problems;

namespace Portolan.Observability.Problems;

/// <summary>The one place where an exception, or a bare status, becomes what the caller reads.</summary>
internal static class ProblemMapping
{
    /// <summary>Null where the exception is nobody's doing but ours.</summary>
    public static Problem? Of(Exception exception) => exception switch
    {
        ProblemException problem => problem.Problem,
        BadHttpRequestException { InnerException: JsonException json } => KnownProblems.Malformed(Describe(json)),
        BadHttpRequestException bad => Of(bad.StatusCode, Reword(bad.Message)),
        StoreUnavailableException => KnownProblems.Unavailable(
            "The service's store does not answer; nothing was changed. Try again shortly.", TimeSpan.FromSeconds(1)),
        _ => null,
    };

    /// <summary>The problem for a status that came without a body.</summary>
    public static Problem Of(int status, string? detail) => status switch
    {
        StatusCodes.Status400BadRequest => KnownProblems.Malformed(detail ?? "The request cannot be read."),
        StatusCodes.Status404NotFound => KnownProblems.NotFound(detail ?? "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => new Problem(
            "method-not-allowed", "Method not allowed", status, detail ?? "This address does not take that method; see Allow."),
        StatusCodes.Status413PayloadTooLarge => KnownProblems.TooLarge(detail ?? "The body is larger than this address takes."),
        StatusCodes.Status415UnsupportedMediaType => new Problem(
            "unsupported-media-type", "Unsupported media type", status, detail ?? "Send the body as application/json."),
        StatusCodes.Status500InternalServerError => KnownProblems.Internal(),
        _ => new Problem(NameOf(status), ReasonPhrases.GetReasonPhrase(status), status, detail),
    };

    // These words are for the service's programmer, not for its caller; should the framework change them, they pass as they are.
    private static string Reword(string message) =>
        message.StartsWith("Implicit body inferred", StringComparison.Ordinal) ? "The request needs a JSON body." : message;

    private static string NameOf(int status)
    {
        var phrase = ReasonPhrases.GetReasonPhrase(status);
        return phrase.Length == 0 ? $"status-{status}" : phrase.ToLowerInvariant().Replace(' ', '-').Replace("'", "", StringComparison.Ordinal);
    }

    // The exception's own text names .NET types; where it stands is all that a caller can use of it.
    private static string Describe(JsonException exception)
    {
        var place = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
        var path = exception.Path is { Length: > 2 } full ? full[2..] : "the top level";

        // The reader's own exception is inside where the text is not JSON at all; without it a value did not fit.
        return exception.InnerException is JsonException || exception.Path is null
            ? $"The body is not valid JSON: {place}."
            : $"The body's JSON does not fit at {path} ({place}): a value of another type, or a required property is missing.";
    }
}
