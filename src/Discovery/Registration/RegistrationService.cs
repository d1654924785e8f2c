using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Discovery.Registry;

namespace Portolan.Discovery.Registration;

/// <summary>
/// An instance's life in the registry: (1) the server listens and the instance is ready, (2) it registers, (3) it renews its
/// lease, (4) unknown to the registry it registers again, (5) before anything else stops it deregisters, so that callers
/// are gone when the drain begins.
/// </summary>
internal sealed partial class RegistrationService(
    RegistrationOptions registration,
    DiscoveryOptions options,
    RegistryClient client,
    RegistryContact contact,
    TimeProvider clock,
    Random random,
    IHostApplicationLifetime lifetime,
    IServiceProvider services,
    ILogger<RegistrationService> logger) : BackgroundService, IHostedLifecycleService
{
    private const string Starting = "starting";
    private static readonly TimeSpan ReadinessInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource leaving = new();
    private readonly string started = clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
    private string? registeredAs;
    private string? refusal;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs before any hosted service stops, the web server included.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await leaving.CancelAsync();
        await (ExecuteTask ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (registeredAs is null)
        {
            return;
        }

        try
        {
            await client.DeregisterAsync(registration.Service, registeredAs, LeaveTimeout, cancellationToken);
            Log.Deregistered(logger, registration.Service, registeredAs);
        }
        catch (Exception exception)
        {
            // The lease ends it as well, only later.
            Log.NotDeregistered(logger, registration.Service, registeredAs, exception.Message);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        leaving.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Server is null || !await StartedAsync())
        {
            return;
        }

        if (OwnAddress.Find(registration, services.GetService<IServer>()) is not { } address)
        {
            Log.NoAddress(logger, registration.Service);
            return;
        }

        var id = registration.InstanceId ?? $"{registration.Service}-{MachineName()}-{address.Port}";
        await WaitUntilReadyAsync(leaving.Token);
        await KeepAsync(id, address, leaving.Token);
    }

    private async Task KeepAsync(string id, OwnAddress address, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            failures = await RenewAsync(id, address, cancellationToken) ? 0 : failures + 1;

            // Jitter, so that instances started together do not beat together.
            var beat = options.Heartbeat * (0.9 + (random.NextDouble() * 0.2));
            var retry = failures == 0 ? beat : contact.RetryDelay(failures);
            await Task.Delay(retry < beat ? retry : beat, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> RenewAsync(string id, OwnAddress address, CancellationToken cancellationToken)
    {
        try
        {
            var status = await StatusAsync(cancellationToken);
            if (status == RegistrationOptions.Away)
            {
                await LeaveAsync(cancellationToken);
            }
            else if (registeredAs is null || !await client.HeartbeatAsync(registration.Service, id, status, cancellationToken))
            {
                registeredAs = id;
                await client.RegisterAsync(registration.Service, id, Describe(address, status), cancellationToken);
                Log.Registered(logger, registration.Service, id, address.Host, address.Port);
            }

            refusal = null;
            contact.Answered();
            return true;
        }
        catch (HttpRequestException exception) when (exception.StatusCode is not null)
        {
            SayOnce(exception.Message);
            return false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            contact.Lost(exception);
            return false;
        }
        catch (Exception)
        {
            // Leaving: a connection that failed in the same moment must not count as the service's end by an error.
            return false;
        }
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (registeredAs is { } id)
        {
            await client.DeregisterAsync(registration.Service, id, LeaveTimeout, cancellationToken);
            registeredAs = null;
            Log.Away(logger, registration.Service, id);
        }
    }

    private RegistrationDocument Describe(OwnAddress address, string status)
    {
        var lease = Math.Max(1, (options.Heartbeat * 3).TotalSeconds);

        // Under the same id and address again it is still another process than the one that may have failed.
        var metadata = new Dictionary<string, string>(registration.Metadata);
        metadata.TryAdd(ServiceInstance.StartedKey, started);
        return new RegistrationDocument(address.Host, address.Port, status, registration.Tags, registration.Ports, metadata, lease);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && await StatusAsync(cancellationToken) is Starting or RegistrationOptions.Away)
        {
            await Task.Delay(ReadinessInterval, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<string> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await registration.Status(services, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StatusFailed(logger, exception);
            return "unhealthy";
        }
    }

    // False when the application stopped before it had started.
    private async Task<bool> StartedAsync()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registered = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !leaving.IsCancellationRequested;
    }

    private void SayOnce(string message)
    {
        if (refusal is null)
        {
            Log.Refused(logger, registration.Service, message);
        }

        refusal = message;
    }

    private static string MachineName() =>
        string.Concat(Environment.MachineName.Where(character => char.IsAsciiLetterOrDigit(character) || character == '-'));

    private static partial class Log
    {
        [LoggerMessage(EventName = "InstanceRegistered", Level = LogLevel.Information, Message = "Registered as {Service}/{Id} at {Host}:{Port}")]
        public static partial void Registered(ILogger logger, string service, string id, string host, int port);

        [LoggerMessage(EventName = "InstanceDeregistered", Level = LogLevel.Information, Message = "Deregistered {Service}/{Id}")]
        public static partial void Deregistered(ILogger logger, string service, string id);

        [LoggerMessage(EventName = "InstanceAway", Level = LogLevel.Warning, Message = "Deregistered {Service}/{Id} until it is well again")]
        public static partial void Away(ILogger logger, string service, string id);

        [LoggerMessage(EventName = "InstanceNotDeregistered", Level = LogLevel.Warning,
            Message = "{Service}/{Id} could not be deregistered ({Reason}); its lease ends it")]
        public static partial void NotDeregistered(ILogger logger, string service, string id, string reason);

        [LoggerMessage(EventName = "RegistrationRefused", Level = LogLevel.Error, Message = "The registry does not take {Service}: it {Reason}")]
        public static partial void Refused(ILogger logger, string service, string reason);

        [LoggerMessage(EventName = "RegistrationWithoutAddress", Level = LogLevel.Warning,
            Message = "{Service} listens on no plain HTTP address and is not registered; set one in ASPNETCORE_URLS, or give Host and Port")]
        public static partial void NoAddress(ILogger logger, string service);

        [LoggerMessage(EventName = "RegistrationStatusFailed", Level = LogLevel.Error, Message = "The status for the registry could not be found out; reporting unhealthy")]
        public static partial void StatusFailed(ILogger logger, Exception exception);
    }
}
