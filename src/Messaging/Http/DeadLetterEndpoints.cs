using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Messaging.DeadLetters;

namespace Portolan.Messaging.Http;

/// <summary>Dead letters for operators, under <c>/portolan/dead-letters</c>.</summary>
public static class DeadLetterEndpoints
{
    /// <summary>Maps list, show and redrive.</summary>
    public static void MapDeadLetters(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/dead-letters", LoopbackGuard.Protect(ListAsync));
        endpoints.MapGet("/portolan/dead-letters/{id}", LoopbackGuard.Protect(ShowAsync));
        endpoints.MapPost("/portolan/dead-letters/{id}/redrive", LoopbackGuard.Protect(RedriveAsync));
    }

    private static async Task ListAsync(HttpContext context)
    {
        var limit = int.TryParse(context.Request.Query["limit"], out var number) ? Math.Clamp(number, 1, 1_000) : 100;
        var letters = await Letters(context).ListAsync(limit, context.RequestAborted);
        await WriteAsync(context, 200, writer =>
        {
            writer.WriteStartArray("deadLetters");
            foreach (var letter in letters)
            {
                writer.WriteStartObject();
                WriteHead(writer, letter, Service(context));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static async Task ShowAsync(HttpContext context)
    {
        if (!TryId(context, out var id) || await Letters(context).FindAsync(id, context.RequestAborted) is not { } letter)
        {
            await NotFound(context).ExecuteAsync(context);
            return;
        }

        await WriteAsync(context, 200, writer =>
        {
            WriteHead(writer, letter, Service(context));
            writer.WriteString("exception", letter.Exception);
            writer.WriteStartObject("headers");
            foreach (var (name, value) in letter.Envelope.Headers)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            WriteBody(writer, letter.Envelope.Body);
        });
    }

    private static async Task RedriveAsync(HttpContext context)
    {
        if (!TryId(context, out var id) || !await Letters(context).RedriveAsync(id, context.RequestAborted))
        {
            await NotFound(context).ExecuteAsync(context);
            return;
        }

        await WriteAsync(context, 202, writer =>
        {
            writer.WriteString("id", id);
            writer.WriteString("status", "redriven");
        });
    }

    private static DeadLetterStore Letters(HttpContext context) => context.RequestServices.GetRequiredService<DeadLetterStore>();

    private static string Service(HttpContext context) => context.RequestServices.GetRequiredService<MessageCatalogue>().Service;

    private static bool TryId(HttpContext context, out Guid id) => Guid.TryParse((string?)context.Request.RouteValues["id"], out id);

    private static Problem NotFound(HttpContext context) => KnownProblems.NotFound($"There is no dead letter {context.Request.RouteValues["id"]} here.");

    private static void WriteHead(Utf8JsonWriter writer, DeadLetter letter, string service)
    {
        writer.WriteString("id", letter.Id);
        writer.WriteString("messageId", letter.Envelope.Id);
        writer.WriteString("type", letter.Envelope.Type);
        writer.WriteString("handler", letter.Handler);
        writer.WriteString("key", letter.Envelope.Key);
        writer.WriteString("service", service);
        writer.WriteNumber("attempts", letter.Attempts);
        writer.WriteStartObject("error");
        writer.WriteString("type", letter.ErrorType);
        writer.WriteString("message", letter.ErrorMessage);
        writer.WriteEndObject();
        writer.WriteString("traceId", letter.TraceId);
        writer.WriteString("deadAt", letter.DeadAt);
    }

    // A dead letter may be one because its body is no JSON.
    private static void WriteBody(Utf8JsonWriter writer, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            writer.WritePropertyName("body");
            json.WriteTo(writer);
        }
        catch (JsonException)
        {
            writer.WriteString("body", Encoding.UTF8.GetString(body.Span));
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.Length;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}
