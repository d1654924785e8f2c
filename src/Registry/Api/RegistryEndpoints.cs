using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Portolan.Core.Database;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Registry.Catalogue;

namespace Portolan.Registry.Api;

/// <summary>The native API, request by request.</summary>
internal sealed class RegistryEndpoints(ServiceCatalogue catalogue, RegistryOptions options, IHostApplicationLifetime lifetime)
{
    public Task ListAsync(HttpContext context)
    {
        var lines = catalogue.Services().Select(state => new ServiceLine(state.Name, state.HealthyCount, state.Instances.Count));
        return WriteAsync(context, new ServiceList([.. lines]), ApiJson.Default.ServiceList);
    }

    public async Task GetAsync(HttpContext context)
    {
        var service = Route(context, "name");
        var errors = new ErrorList();
        NameRules.Service(service, errors);
        var watch = WatchQuery.Read(context.Request.Query, errors);
        ThrowIfAny(errors);

        var state = watch is null ? catalogue.Get(service) : await WatchAsync(context, service, watch);
        context.Response.Headers.CacheControl = watch is null ? "max-age=30" : "no-store";
        context.Response.Headers[RegistryHeaders.Index] = state.Index.ToString();
        if (state.Instances.IsEmpty && catalogue.Grace(service) is { Ticks: > 0 } grace)
        {
            context.Response.Headers[RegistryHeaders.Grace] = Math.Ceiling(grace.TotalSeconds).ToString();
        }

        await WriteAsync(context, ServiceDocument.From(state), ApiJson.Default.ServiceDocument);
    }

    public async Task PutAsync(HttpContext context)
    {
        var (service, id) = Target(context, out var errors);
        using var body = await RequestBody.ReadAsync(context.Request);
        var instance = new RegistrationReader(body.RootElement, errors).Read(id, CallerHost(context), options.DefaultLease);
        ThrowIfAny(errors);

        var registered = await catalogue.RegisterAsync(service, instance, context.RequestAborted)
            ?? throw new ProblemException(KnownProblems.Unavailable(
                $"The registry is full: it takes {options.MaximumServices} services and {options.MaximumInstances} instances of each.",
                options.DefaultLease));
        await WriteAsync(context, InstanceDocument.From(registered), ApiJson.Default.InstanceDocument);
    }

    public async Task HeartbeatAsync(HttpContext context)
    {
        var (service, id) = Target(context, out var errors);
        using var body = await RequestBody.ReadAsync(context.Request);
        var status = new RegistrationReader(body.RootElement, errors).ReadStatus("status");
        ThrowIfAny(errors);

        var renewed = await catalogue.HeartbeatAsync(service, id, status, context.RequestAborted)
            ?? throw new ProblemException(KnownProblems.NotFound($"No instance {id} of {service} is registered; register it again."));
        await WriteAsync(context, new HeartbeatDocument(LeaseDocument.From(renewed.Lease)), ApiJson.Default.HeartbeatDocument);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        var (service, id) = Target(context, out var errors);
        ThrowIfAny(errors);
        await catalogue.DeregisterAsync(service, id, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Turns what an endpoint throws into its answer.</summary>
    public static RequestDelegate Answer(Func<HttpContext, Task> handle) => async context =>
    {
        try
        {
            await handle(context);
        }
        catch (ProblemException exception)
        {
            await exception.Problem.ExecuteAsync(context);
        }
        catch (StoreUnavailableException)
        {
            await KnownProblems.Unavailable("The registry's store cannot be written now; nothing changed.", TimeSpan.FromSeconds(1))
                .ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
    };

    /// <summary>The same for what changes the catalogue: until there is authentication, only from this machine.</summary>
    public static RequestDelegate AnswerOperator(Func<HttpContext, Task> handle) =>
        Answer(context => LoopbackGuard.Check(context) is { } refusal ? refusal.ExecuteAsync(context) : handle(context));

    private async Task<ServiceState> WatchAsync(HttpContext context, string service, WatchQuery watch)
    {
        // A stopping server answers at once, or its open long polls would hold it up.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        return await catalogue.WatchAsync(service, watch.Index, watch.Wait, ends.Token)
            ?? throw new ProblemException(KnownProblems.Unavailable(
                $"{options.MaximumWatchers} requests already watch this registry; ask without index and wait.", TimeSpan.FromSeconds(30)));
    }

    private static (string Service, string Id) Target(HttpContext context, out ErrorList errors)
    {
        errors = new ErrorList();
        var (service, id) = (Route(context, "name"), Route(context, "id"));
        NameRules.Service(service, errors);
        NameRules.InstanceId(id, errors);
        return (service, id);
    }

    private static string CallerHost(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address is null ? "127.0.0.1" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    private static string Route(HttpContext context, string name) => (string?)context.Request.RouteValues[name] ?? "";

    private static void ThrowIfAny(ErrorList errors)
    {
        if (errors.Any)
        {
            throw new ProblemException(KnownProblems.Invalid(errors.ToDictionary()));
        }
    }

    private static async Task WriteAsync<T>(HttpContext context, T document, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, type);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
