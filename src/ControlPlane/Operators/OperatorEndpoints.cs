using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.ControlPlane.Operators;

/// <summary>Sagas and dead letters of the whole system, asked of the services as they are now.</summary>
internal sealed partial class OperatorEndpoints(OperatorSurface surface)
{
    private const int DefaultLimit = 100;
    private const int MaximumLimit = 1000;

    public Task SagasAsync(HttpContext context) => ListAsync(context, "sagas", "startedAt");

    public Task SagaAsync(HttpContext context) => ShowAsync(context, "sagas", "saga");

    public Task DeadLettersAsync(HttpContext context) => ListAsync(context, "dead-letters", "deadAt");

    public Task DeadLetterAsync(HttpContext context) => ShowAsync(context, "dead-letters", "dead letter");

    public Task RedriveAsync(HttpContext context) => TellOwnerAsync(context, "dead-letters", "dead letter", "redrive");

    public Task RetrySagaAsync(HttpContext context) => TellOwnerAsync(context, "sagas", "saga", "retry");

    public Task SkipSagaAsync(HttpContext context) => TellOwnerAsync(context, "sagas", "saga", "skip");

    // Finds the service that has it first: only that one is told to do something.
    private async Task TellOwnerAsync(HttpContext context, string resource, string what, string action)
    {
        var path = PathOf(context, resource, what);
        var found = await FindAsync(path, what, context);
        var answer = await surface.AskAsync(found.Service, HttpMethod.Post, $"{path}/{action}", context.RequestAborted);
        if (answer.Failure is { } failure)
        {
            throw new ProblemException(KnownProblems.Unavailable(
                $"{answer.Service} has this {what}, but {failure}. Whether the {action} was done is not known; look again.", TimeSpan.FromSeconds(2)));
        }

        await PassAsync(context, answer);
    }

    private async Task ListAsync(HttpContext context, string resource, string time)
    {
        var limit = LimitOf(context.Request.Query);
        var filter = context.Request.Query["status"] is [{ Length: > 0 } status] ? "&status=" + Uri.EscapeDataString(status) : "";
        using var merged = new MergedList(resource == "sagas" ? "sagas" : "deadLetters", time);
        foreach (var answer in await Task.WhenAll(surface.AskAll($"/portolan/{resource}?limit={limit}{filter}", context.RequestAborted)))
        {
            merged.Add(answer);
        }

        await JsonAnswer.WriteAsync(context, 200, json => merged.Write(json, limit));
    }

    private async Task ShowAsync(HttpContext context, string resource, string what) =>
        await PassAsync(context, await FindAsync(PathOf(context, resource, what), what, context));

    private async Task<ServiceAnswer> FindAsync(string path, string what, HttpContext context)
    {
        var silent = new List<string>();
        await foreach (var asked in Task.WhenEach(surface.AskAll(path, context.RequestAborted)))
        {
            var answer = await asked;
            if (answer.Succeeded)
            {
                return answer;
            }

            if (answer.Status != 404)
            {
                silent.Add($"{answer.Service} ({answer.Failure ?? $"it answered {answer.Status}"})");
            }
        }

        throw new ProblemException(silent.Count == 0
            ? KnownProblems.NotFound($"No service knows this {what}.")
            : KnownProblems.Unavailable(
                $"No service that answered knows this {what}; it may be with {string.Join(", ", silent)}.", TimeSpan.FromSeconds(2)));
    }

    private static Task PassAsync(HttpContext context, ServiceAnswer answer) =>
        JsonAnswer.WriteAsync(context, answer.Status, answer.ContentType ?? "application/json", answer.Body);

    private static string PathOf(HttpContext context, string resource, string what)
    {
        // The id becomes part of a path elsewhere: nothing that could mean another path.
        var id = (string?)context.Request.RouteValues["id"] ?? "";
        return IdPattern().IsMatch(id)
            ? $"/portolan/{resource}/{id}"
            : throw new ProblemException(KnownProblems.NotFound($"No {what} has such an id."));
    }

    private static int LimitOf(IQueryCollection query)
    {
        if (query["limit"] is not [{ } text])
        {
            return DefaultLimit;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaximumLimit
            ? limit
            : throw new ProblemException(KnownProblems.Invalid(new Dictionary<string, string[]>
            {
                ["limit"] = [$"A limit is a number from 1 to {MaximumLimit}."],
            }));
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
