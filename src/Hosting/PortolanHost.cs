using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Core.Processes;
using Portolan.Discovery;
using Portolan.Hosting.Configuration;
using Portolan.Hosting.Startup;
using Portolan.Messaging;
using Portolan.Messaging.Envelopes;
using Portolan.Observability.Logs;
using Portolan.Resilience.FaultInjection;
using Portolan.Resilience.Operator;
using Portolan.Sagas;

namespace Portolan.Hosting;

/// <summary>Wires every capability into a service. Generated code calls it: a service writes <c>builder.AddPortolan("orders")</c>.</summary>
public static class PortolanHost
{
    /// <summary>Reads and checks the options, then registers everything.</summary>
    /// <exception cref="PortolanConfigurationException">Lists every error, each with its fix.</exception>
    public static WebApplicationBuilder Add(WebApplicationBuilder builder, string name, ServiceParts parts, Action<PortolanOptions>? configure)
    {
        var errors = new List<string>();
        var options = OptionsReader.Read(builder.Configuration, name, errors);
        configure?.Invoke(options);
        var catalogue = new MessageCatalogue(name, [.. parts.Messages, .. SagaServices.Messages], [.. parts.Handlers, .. SagaServices.Handlers]);
        errors.AddRange(OptionsRules.Check(name, options));
        errors.AddRange(catalogue.Errors());
        errors.AddRange(parts.Sagas.SelectMany(saga => saga.Errors()));
        if (errors.Count > 0)
        {
            throw new PortolanConfigurationException(name, errors);
        }

        AddProcess(builder, name, options);
        AddRooms(builder.Services, new ServiceIdentity(name, builder.Environment.ContentRootPath, parts), options, catalogue);
        return builder;
    }

    private static void AddProcess(WebApplicationBuilder builder, string name, PortolanOptions options)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddPortolanLogs(name);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes;
        });
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);

        // So that the problem middleware can say which field of a body is wrong.
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        services.AddSingleton<IStartupFilter, ServicePipeline>();
        SupervisedLifetime.UseWhereSupervised(services);
    }

    private static void AddRooms(IServiceCollection services, ServiceIdentity identity, PortolanOptions options, MessageCatalogue catalogue)
    {
        services
            .AddSingleton(identity)
            .AddSingleton(options)
            .AddSingleton(options.Messaging)
            .AddSingleton(options.Sagas)
            .AddSingleton(catalogue)
            .AddSingleton(new MessageJson([.. options.Json, .. SagaServices.Json]))
            .AddStoreAndBus()
            .AddMessaging()
            .AddSagas()
            .AddBreakers()
            .AddFaultInjection(new FaultOptions { AllowInProduction = options.FaultInjection })
            .AddSingleton(new SagaCatalogue(identity.Parts.Sagas))
            .AddServiceHealth(identity, options)
            .AddHostedService<ServiceLifecycle>()
            .AddDiscoveryOf(identity, options);
        foreach (var saga in identity.Parts.Sagas)
        {
            services.AddSingleton(saga.GetType(), saga);
        }
    }
}
