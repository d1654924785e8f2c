using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Composition;
using Portolan.Proxy.Configuration;
using Portolan.Core.Problems;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Aggregation;

/// <summary>Fetches the JSON of one part from a service.</summary>
internal sealed class PartFetcher(UpstreamClient upstream)
{
    // What one part may add to a page.
    private const int MaximumSize = 4 * 1024 * 1024;

    /// <summary>Asks the part's service, and its other one where the first has no answer.</summary>
    public async ValueTask<PartResult> FetchAsync(ComposeInput input, PartConfig part, string path, CancellationToken cancellationToken)
    {
        var timeout = PlanBuilder.FetchTimeout(part);
        var result = await FetchAsync(input, part.Name, part.Service!, path, timeout, cancellationToken);
        return part.Alternative is { } other && result.Failure is { Status: not StatusCodes.Status404NotFound } && !cancellationToken.IsCancellationRequested
            ? await FetchAsync(input, part.Name, other, path, timeout, cancellationToken)
            : result;
    }

    private async ValueTask<PartResult> FetchAsync(
        ComposeInput input, string part, string service, string path, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await upstream.SendAsync(service, path, left => Create(input.Context, left), timeout, cancellationToken);
            return (int)response.StatusCode switch
            {
                StatusCodes.Status404NotFound => PartResult.Failed(FetchProblems.NotFound(part)),
                >= 200 and < 300 => await ReadAsync(input, response, part, service, cancellationToken),
                var status => PartResult.Failed(FetchProblems.Status(part, service, status)),
            };
        }
        catch (ProblemException exception)
        {
            return PartResult.Failed(FetchProblems.Failed(part, exception.Problem.Detail!.TrimEnd('.')));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return PartResult.Failed(FetchProblems.Failed(part, $"the service '{service}' broke off its answer"));
        }
    }

    private static HttpRequestMessage Create(HttpContext context, TimeSpan remaining)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, (Uri?)null);
        MessageTransport.CopyForPart(context, remaining, message);
        return message;
    }

    private static async Task<PartResult> ReadAsync(
        ComposeInput input, HttpResponseMessage response, string part, string service, CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await body.ReadAsync(json.GetMemory(4096), cancellationToken) is var count and > 0)
        {
            json.Advance(count);
            if (json.WrittenCount > MaximumSize || !input.TryTake(count))
            {
                return PartResult.Failed(FetchProblems.TooLarge(part, service));
            }
        }

        try
        {
            var control = response.Headers.CacheControl;
            return PartResult.Of(JsonElement.Parse(json.WrittenSpan), mayBeKept: control is not ({ Private: true } or { NoStore: true }));
        }
        catch (JsonException)
        {
            return PartResult.Failed(FetchProblems.NoJson(part, service));
        }
    }
}
