using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Discovery.Registration;
using Portolan.Observability.Health;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Sidecar;

/// <summary>Looks at the application beside the sidecar: over HTTP where it has a path for that, else whether it accepts a connection.</summary>
internal sealed partial class AppHealth : IDisposable
{
    private const int MostFailures = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(5);

    private readonly AppAddress app;
    private readonly Uri? page;
    private readonly TimeProvider clock;
    private readonly HttpMessageInvoker client;
    private readonly long began;
    private int failures;
    private bool? told;

    /// <param name="app">Where it is.</param>
    /// <param name="path">What it is asked for; null for a connection alone.</param>
    /// <param name="clock">Time.</param>
    public AppHealth(AppAddress app, string? path, TimeProvider clock)
    {
        (this.app, this.clock, began) = (app, clock, clock.GetTimestamp());
        page = path is null ? null : new Uri(app.Url, path);

        // A connection for each look: one that was kept would tell nothing of whether new ones are accepted.
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (_, cancellationToken) => await ConnectAsync(cancellationToken),
        });
    }

    /// <summary>Is told when the application stops being well, and when it is again.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    public async ValueTask<HealthResult> LookAsync(CancellationToken cancellationToken) => (await TryAsync(cancellationToken)).Result;

    /// <summary>
    /// What the registry is told: <c>unhealthy</c> from the first wrong answer on; and that it is away, when nobody listens or the
    /// third look in a row fails, so that it is in no list any more until it is well again.
    /// </summary>
    public async ValueTask<string> StatusAsync(CancellationToken cancellationToken)
    {
        var (result, reached) = await TryAsync(cancellationToken);
        failures = result.Status == HealthStatus.Up ? 0 : failures + 1;
        Tell(result.Message);
        return failures == 0 ? "healthy" : reached && failures < MostFailures ? "unhealthy" : RegistrationOptions.Away;
    }

    public void Dispose() => client.Dispose();

    // One that was never well may only be starting, which is worth no line yet.
    private void Tell(string? reason)
    {
        if (failures == 0 && told != true)
        {
            told = true;
            Log.IsWell(Logger, app.ToString());
        }
        else if (failures > 0 && (told == true || (told is null && clock.GetElapsedTime(began) > Start)))
        {
            told = false;
            Log.IsNotWell(Logger, reason ?? "");
        }
    }

    private async ValueTask<(HealthResult Result, bool Reached)> TryAsync(CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            if (page is null)
            {
                await using var connection = await ConnectAsync(either.Token);
                return (HealthResult.Up, true);
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, page);
            using var response = await client.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode
                ? (HealthResult.Up, true)
                : (HealthResult.Down($"The application answers {(int)response.StatusCode} to {page.PathAndQuery}."), true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (HealthResult.Down($"The application did not answer within {Patience.TotalSeconds:0} s."), true);
        }
        catch (Exception exception) when (exception is SocketException or HttpRequestException)
        {
            var socket = exception as SocketException ?? exception.InnerException as SocketException;
            return socket is null
                ? (HealthResult.Down("The application broke off while it was asked for its health."), true)
                : (HealthResult.Down($"The application does not accept connections at {app}."), false);
        }
    }

    private async ValueTask<NetworkStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = UpstreamSocket.For(app.EndPoint);
        try
        {
            await socket.ConnectAsync(app.EndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The application at {Address} is well", EventName = "ApplicationWell")]
        public static partial void IsWell(ILogger logger, string address);

        [LoggerMessage(2, LogLevel.Warning, "{Reason} Others do not reach it until it is well", EventName = "ApplicationNotWell")]
        public static partial void IsNotWell(ILogger logger, string reason);
    }
}
