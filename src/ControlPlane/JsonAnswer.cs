using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Http;
using Portolan.Core.Problems;

namespace Portolan.ControlPlane;

/// <summary>Answers of the control plane: one JSON object each, never cached.</summary>
internal static class JsonAnswer
{
    public static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return WriteAsync(context, status, "application/json", buffer.WrittenMemory);
    }

    public static async Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>For operators: only from this machine, and problems become answers.</summary>
    public static RequestDelegate ForOperators(Func<HttpContext, Task> handle) => async context =>
    {
        try
        {
            await (LoopbackGuard.Check(context) is { } refusal ? refusal.ExecuteAsync(context) : handle(context));
        }
        catch (ProblemException exception)
        {
            await exception.Problem.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
    };
}
