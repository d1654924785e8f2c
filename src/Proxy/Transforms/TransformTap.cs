using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Problems;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Transforms;

/// <summary>Changes one answer: its head at once, its body when all of it is there.</summary>
internal sealed partial class TransformTap(HttpContext context, RouteMatch match, ResponseTransform transform, ILogger logger) : ResponseTap(context)
{
    // Of the body as it was.
    private static readonly string[] Digests = ["Content-MD5", "Digest", "Content-Digest", "Repr-Digest"];

    private bool compressed;

    protected override Stream OnHead()
    {
        var response = Context.Response;
        var changed = transform.Json is not null && response.StatusCode is >= 200 and < 300 and not (204 or 205)
            && JsonTransform.IsJson(response.ContentType);
        transform.ChangeHead(response, match);
        if (!changed)
        {
            return Outer;
        }

        compressed = !StringValues.IsNullOrEmpty(response.Headers.ContentEncoding);
        foreach (var digest in Digests)
        {
            response.Headers.Remove(digest);
        }

        if (HttpMethods.IsHead(Context.Request.Method))
        {
            // How long the body would be is not known without it.
            response.ContentLength = null;
            return Outer;
        }

        Holds = true;
        return new BoundedBuffer(compressed ? 0 : transform.Json!.MaxSize);
    }

    protected override async ValueTask OnEndAsync(Stream body)
    {
        if (body is not BoundedBuffer buffer)
        {
            return;
        }

        var bytes = Array.Empty<byte>();
        var fault = compressed ? "it is compressed" : buffer.IsOver ? $"it is larger than {transform.Json!.MaxSize} bytes" : null;
        try
        {
            bytes = fault is null ? transform.Json!.Apply(buffer.Bytes, match) : bytes;
        }
        catch (JsonException)
        {
            fault = "it is not the JSON that it says it is";
        }

        if (fault is not null)
        {
            bytes = Refuse(fault);
        }

        Context.Response.ContentLength = bytes.Length;
        var writing = Outer.WriteAsync(bytes, Context.RequestAborted);
        await using var watch = writing.IsCompleted ? null : transform.Watch(Context);
        await writing;
    }

    // Passed on unchanged it might show what was to be removed.
    private byte[] Refuse(string fault)
    {
        Log.Unchangeable(logger, match.Route.Template.ToString(), fault);
        var problem = new Problem("bad-gateway", "Bad gateway", 502, $"The service's answer cannot be changed as this route must: {fault}.");
        Context.Response.Clear();
        Context.Response.StatusCode = problem.Status;
        Context.Response.ContentType = "application/problem+json";
        Context.Response.Headers.CacheControl = "no-store";
        return problem.ToJson(Context.Request.Path);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Route {Route}: an answer cannot be changed: {Reason}", EventName = "TransformFailed")]
        public static partial void Unchangeable(ILogger logger, string route, string reason);
    }
}
