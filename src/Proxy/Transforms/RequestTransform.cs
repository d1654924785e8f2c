using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Problems;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Transforms;

/// <summary>Changes the requests of a route.</summary>
internal sealed class RequestTransform(RequestTransformConfig config)
{
    private readonly HeaderTransform? headers = HeaderTransform.Of(config.Headers);
    private readonly QueryTransform? query = QueryTransform.Of(config.Query);
    private readonly JsonTransform? json = JsonTransform.Of(config.Json);

    /// <summary>Puts it around what answers.</summary>
    public RouteHandler Around(RouteHandler next) => (context, match) =>
    {
        // The body first: whether it is JSON is what the client says.
        if (match.IsChanged)
        {
            return next(context, match);
        }

        if (json is null || context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
        {
            return PassAsync(context, match, next);
        }

        return !JsonTransform.TryTell(context.Request.Headers.ContentType, out var isJson) ? Unclear().ExecuteAsync(context)
            : isJson ? ChangeAsync(context, match, json, next)
            : PassAsync(context, match, next);
    };

    // The service may take for JSON what we cannot read, and would get it unchanged.
    private static Problem Unclear() =>
        new("unsupported-media-type", "Unsupported media type", 415, "Send one Content-Type that is well formed, such as application/json: this route reads the body.");

    private static async Task<Problem?> TryChangeAsync(HttpContext context, RouteMatch match, JsonTransform json)
    {
        var request = context.Request;
        if (!StringValues.IsNullOrEmpty(request.Headers.ContentEncoding))
        {
            return new Problem("unsupported-encoding", "Unsupported encoding", 415, "Send the body without Content-Encoding: this route reads it.");
        }

        using var buffer = new BoundedBuffer(json.MaxSize);
        if (request.ContentLength > json.MaxSize || !await ReadAsync(request, buffer, context.RequestAborted))
        {
            return KnownProblems.TooLarge($"The body is larger than the {json.MaxSize} bytes this route takes.");
        }

        try
        {
            var changed = json.Apply(buffer.Bytes, match);
            request.Body = new MemoryStream(changed, writable: false);
            request.Headers.Remove("Transfer-Encoding");
            request.ContentLength = changed.Length;
            return null;
        }
        catch (JsonException)
        {
            return KnownProblems.Malformed("The body is not the JSON that its Content-Type says it is, or has two fields of one name.");
        }
    }

    private static async Task<bool> ReadAsync(HttpRequest request, BoundedBuffer buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (var piece in read.Buffer)
            {
                await buffer.WriteAsync(piece, cancellationToken);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || buffer.IsOver)
            {
                return !buffer.IsOver;
            }
        }
    }

    private async Task ChangeAsync(HttpContext context, RouteMatch match, JsonTransform body, RouteHandler next)
    {
        var problem = await TryChangeAsync(context, match, body);
        await (problem?.ExecuteAsync(context) ?? PassAsync(context, match, next));
    }

    private Task PassAsync(HttpContext context, RouteMatch match, RouteHandler next)
    {
        match.IsChanged = true;
        headers?.Apply(context.Request.Headers, match);
        if (query is not null)
        {
            match.Query = query.Apply(match.Query ?? match.Path.Query, match);
        }

        return next(context, match);
    }
}
