using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Portolan.Core.Problems;

/// <summary>
/// A refusal as RFC 9457 describes it. It is a value and, returned from an endpoint, the response itself.
/// </summary>
/// <param name="Name">Last part of <c>type</c>: <c>urn:portolan:problem:{Name}</c>.</param>
/// <param name="Title">The same words for every occurrence.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What happened here and what to do about it.</param>
public sealed record Problem(string Name, string Title, int Status, string? Detail = null) : IResult
{
    private const int LongestInstance = 256;

    /// <summary>What is wrong with which field, by the field's JSON path (<c>items[0].quantity</c>).</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>When to try again; sent as <c>Retry-After</c> and as <c>retryAfter</c>, in whole seconds, at least 1.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Writes the problem as the response; does nothing when a response has already begun.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (response.HasStarted)
        {
            return;
        }

        response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } delay)
        {
            response.Headers.RetryAfter = Seconds(delay).ToString();
        }

        if (GrpcAnswer.IsAsked(httpContext.Request))
        {
            GrpcAnswer.Write(response, this);
            return;
        }

        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        var body = ToJson(Short(httpContext.Request.Path));
        response.ContentLength = body.Length;
        if (httpContext.Request.Method != HttpMethods.Head)
        {
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }

    /// <summary>The problem as UTF-8 JSON.</summary>
    public byte[] ToJson(string? instance = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type", "urn:portolan:problem:" + Name);
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            WriteIfPresent(json, "detail", Detail);
            WriteIfPresent(json, "instance", instance);
            if (RetryAfter is { } delay)
            {
                json.WriteNumber("retryAfter", Seconds(delay));
            }

            WriteErrors(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // Nobody wants all of a path back that was refused for its length.
    private static string Short(string path) => path.Length <= LongestInstance ? path : path[..LongestInstance] + "…";

    private static void WriteIfPresent(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static long Seconds(TimeSpan delay) => Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds));

    private void WriteErrors(Utf8JsonWriter json)
    {
        if (Errors is null)
        {
            return;
        }

        json.WriteStartObject("errors");
        foreach (var (field, messages) in Errors)
        {
            json.WriteStartArray(field);
            foreach (var message in messages)
            {
                json.WriteStringValue(message);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
