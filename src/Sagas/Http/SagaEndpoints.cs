using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Correlation;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Messaging.Envelopes;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas.Http;

/// <summary>Sagas as HTTP resources under <c>/v1/sagas</c>, and the operator's view of them under <c>/portolan/sagas</c>.</summary>
public static class SagaEndpoints
{
    /// <summary>Maps both.</summary>
    public static void MapSagas(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v1/sagas/{name}", (RequestDelegate)StartAsync);
        endpoints.MapGet("/v1/sagas/{name}/{id}", (RequestDelegate)ShowAsync);

        endpoints.MapGet("/portolan/sagas", LoopbackGuard.Protect(ListAsync));
        endpoints.MapGet("/portolan/sagas/{id}", LoopbackGuard.Protect(InspectAsync));
        endpoints.MapPost("/portolan/sagas/{id}/retry", LoopbackGuard.Protect(context => ResumeAsync(context, skip: false)));
        endpoints.MapPost("/portolan/sagas/{id}/skip", LoopbackGuard.Protect(context => ResumeAsync(context, skip: true)));
    }

    private static async Task StartAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var name = (string)context.Request.RouteValues["name"]!;
        if (services.GetRequiredService<SagaCatalogue>().Find(name) is not { } definition)
        {
            await KnownProblems.NotFound($"There is no saga named {name} here.").ExecuteAsync(context);
            return;
        }

        var (request, callback) = await ReadAsync(context, definition);
        var key = context.Request.Headers[HeaderNames.IdempotencyKey] is [{ } text] ? text : null;
        var saga = await services.GetRequiredService<SagaClient>().StartAsync(definition, request, key, callback, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers.Location = $"/v1/sagas/{saga.Name}/{saga.Id}";
        await WriteAsync(context, SagaResource.ToStartedJson(saga));
    }

    private static async ValueTask<(object Request, string? CallbackUrl)> ReadAsync(HttpContext context, SagaDefinition definition)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            var callback = CallbackUrl(body.RootElement, context.RequestServices.GetRequiredService<SagaOptions>());
            var json = context.RequestServices.GetRequiredService<MessageJson>();
            return (body.RootElement.Deserialize(json.TypeInfo(definition.RequestType)) ?? throw new JsonException("it is null"), callback);
        }
        catch (JsonException error)
        {
            throw new ProblemException(KnownProblems.Malformed($"The body is not the JSON that saga {definition.Name} takes: {error.Message}"));
        }
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (await FindAsync(context) is { } saga && saga.Name == name)
        {
            await WriteAsync(context, context.RequestServices.GetRequiredService<SagaResource>().ToJson(saga));
            return;
        }

        await NotFound(context).ExecuteAsync(context);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var status = query["status"].ToString() is { Length: > 0 } given ? given : null;
        var limit = int.TryParse(query["limit"], out var number) ? Math.Clamp(number, 1, 1_000) : 100;
        var sagas = await context.RequestServices.GetRequiredService<SagaClient>().ListAsync(status, limit, context.RequestAborted);
        await WriteAsync(context, context.RequestServices.GetRequiredService<SagaResource>().ToListJson(sagas));
    }

    private static async Task InspectAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } saga)
        {
            await WriteAsync(context, context.RequestServices.GetRequiredService<SagaResource>().ToOperatorJson(saga));
            return;
        }

        await NotFound(context).ExecuteAsync(context);
    }

    private static async Task ResumeAsync(HttpContext context, bool skip)
    {
        if (await FindAsync(context) is not { } saga)
        {
            await NotFound(context).ExecuteAsync(context);
            return;
        }

        var client = context.RequestServices.GetRequiredService<SagaClient>();
        if (!await client.ResumeAsync(saga.Id, skip, context.RequestAborted))
        {
            await new Problem("saga-not-waiting", "Saga needs no attention", 409, $"Saga {saga.Id} is {saga.Status}; only one that needs attention can be retried or skipped.")
                .ExecuteAsync(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await WriteAsync(context, SagaResource.ToHeadJson((await client.FindAsync(saga.Id, context.RequestAborted))!));
    }

    private static async ValueTask<Coordination.SagaInstance?> FindAsync(HttpContext context) =>
        Guid.TryParse((string?)context.Request.RouteValues["id"], out var id)
            ? await context.RequestServices.GetRequiredService<SagaClient>().FindAsync(id, context.RequestAborted)
            : null;

    private static Problem NotFound(HttpContext context) => KnownProblems.NotFound($"There is no saga {context.Request.RouteValues["id"]} here.");

    private static string? CallbackUrl(JsonElement body, SagaOptions options)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("callbackUrl", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && options.CallbackHosts.Contains(url.Host, StringComparer.OrdinalIgnoreCase)
            ? url.AbsoluteUri
            : throw new ProblemException(KnownProblems.Invalid(new Dictionary<string, string[]>
            {
                ["callbackUrl"] = [$"must be an http or https address on one of: {string.Join(", ", options.CallbackHosts)} (Portolan:Sagas:CallbackHosts)"],
            }));
    }

    private static Task WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
