using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portolan.Core.Database;
using Portolan.Core.Problems;

namespace Portolan.Messaging.Idempotency;

/// <summary>
/// Makes an HTTP command safe to repeat: the answer is stored under its <c>Idempotency-Key</c> in the transaction of the
/// effect, so there is never one without the other.
/// </summary>
public sealed class IdempotencyKeys(TimeProvider clock)
{
    /// <summary>Longest key accepted.</summary>
    public const int MaximumLength = 255;

    /// <summary>
    /// Runs <paramref name="work"/> once for a key and returns its answer; at every repetition the stored answer. A null key always runs.
    /// </summary>
    /// <param name="transaction">The transaction of the effect.</param>
    /// <param name="scope">The command: keys of different commands do not meet.</param>
    /// <param name="key">Value of the header; null when the client sent none.</param>
    /// <param name="request">The request's bytes: another request under the same key is refused.</param>
    /// <param name="answer">Contract of the answer.</param>
    /// <param name="work">The effect.</param>
    /// <exception cref="ProblemException">422 when the key belongs to another request; 400 when it is too long.</exception>
    public async ValueTask<T> RunAsync<T>(
        StoreTransaction transaction, string scope, string? key, ReadOnlyMemory<byte> request, JsonTypeInfo<T> answer, Func<ValueTask<T>> work)
    {
        if (key is null)
        {
            return await work();
        }

        var known = await FindAsync(transaction, scope, key, request, answer);
        if (known.Found)
        {
            return known.Answer;
        }

        var result = await work();
        await transaction.ExecuteAsync(
            $"""
            insert into idempotency_keys (scope, key, fingerprint, response, created_at)
            values ({scope}, {key}, {Fingerprint(request)}, {JsonSerializer.Serialize(result, answer)}, {clock.GetUtcNow()})
            """);
        return result;
    }

    /// <summary>Looks a key up without running anything. A null key is never found.</summary>
    /// <exception cref="ProblemException">422 when the key belongs to another request; 400 when it is too long.</exception>
    public async ValueTask<(bool Found, T Answer)> FindAsync<T>(
        StoreSession session, string scope, string? key, ReadOnlyMemory<byte> request, JsonTypeInfo<T> answer)
    {
        if (key is null)
        {
            return (false, default!);
        }

        if (key.Length is 0 or > MaximumLength)
        {
            throw new ProblemException(KnownProblems.Malformed($"Idempotency-Key must have 1 to {MaximumLength} characters."));
        }

        var known = await session.FirstOrDefaultAsync(
            $"select fingerprint, response from idempotency_keys where scope = {scope} and key = {key}",
            row => (Fingerprint: row.GetString(0), Response: row.GetString(1)));
        if (known.Response is null)
        {
            return (false, default!);
        }

        return known.Fingerprint == Fingerprint(request)
            ? (true, JsonSerializer.Deserialize(known.Response, answer)!)
            : throw new ProblemException(KnownProblems.IdempotencyKeyReused());
    }

    private static string Fingerprint(ReadOnlyMemory<byte> request) => Convert.ToHexStringLower(SHA256.HashData(request.Span));
}
