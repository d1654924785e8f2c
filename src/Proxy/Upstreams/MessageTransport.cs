using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Discovery;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Upstreams;

/// <summary>
/// The framework's HTTP client as the way to instances: for HTTP/2 and gRPC, for requests of our own, and for
/// HTTP/1.1 where it is asked for, as what our own connections are compared with.
/// </summary>
internal sealed class MessageTransport(TimeSpan connectTimeout, UpstreamTls tls, TimeProvider clock) : IDisposable
{
    // Or the path is taken apart and put together again, and %2e is not what it was.
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly HttpMessageInvoker invoker = new(Create(connectTimeout, tls, clock));

    /// <summary>Forwards a client's request; returns with the head of the answer.</summary>
    public async ValueTask<UpstreamResponse> SendAsync(
        ServiceInstance instance, HttpContext context, string target, ClientBody? body, Version version, int attempt, TimeSpan remaining, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Parse(context.Request.Method), (Uri?)null)
        {
            Content = body is null ? null : new MessageBody(body),
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var sink = new MessageSink(message);
        RequestHeaders.Copy(context, remaining, ref sink);
        if (version.Major == 2 && RequestHeaders.AcceptsTrailers(context))
        {
            sink.Add("TE", "trailers");
        }

        try
        {
            return await SendAsync(instance, message, target, cancellationToken);
        }
        catch (Exception) when (body?.Failure is not null && !cancellationToken.IsCancellationRequested)
        {
            throw new ClientFailedException(body.Failure);
        }
        catch (HttpRequestException exception) when (attempt == 1 && body is null && BrokeOff(exception) && Idempotence.Of(context.Request.Method)
            && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokenOffException(exception);
        }
    }

    /// <summary>Sends a request of our own; returns with the head of the answer.</summary>
    public async ValueTask<UpstreamResponse> SendAsync(ServiceInstance instance, HttpRequestMessage message, string target, CancellationToken cancellationToken)
    {
        message.RequestUri = AddressOf(instance, target);
        if (UnixAddress.Is(instance.Host))
        {
            message.Headers.Host = "localhost";
        }

        return new MessageResponse(await invoker.SendAsync(message, cancellationToken), clock) { Instance = instance };
    }

    /// <summary>The headers of a request for a part of a composition, which always asks for JSON and sends nothing.</summary>
    public static void CopyForPart(HttpContext context, TimeSpan remaining, HttpRequestMessage message)
    {
        var sink = new MessageSink(message);
        RequestHeaders.Copy(context, remaining, ref sink);
        foreach (var name in RequestHeaders.NotForParts)
        {
            message.Headers.Remove(name);
        }

        message.Headers.TryAddWithoutValidation("Accept", "application/json");
    }

    public void Dispose() => invoker.Dispose();

    private static bool BrokeOff(HttpRequestException exception) =>
        exception.HttpRequestError == HttpRequestError.ResponseEnded || exception is { HttpRequestError: HttpRequestError.Unknown, InnerException: IOException };

    private static Uri AddressOf(ServiceInstance instance, string target)
    {
        if (UnixAddress.Is(instance.Host))
        {
            return new Uri($"http://{UpstreamSocket.NameOf(instance.Host)}{target}", AsItIs);
        }

        var host = IPAddress.TryParse(instance.Host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{instance.Host}]"
            : instance.Host;
        var scheme = instance.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        return new Uri($"{scheme}://{host}:{instance.Port}{target}", AsItIs);
    }

    private static SocketsHttpHandler Create(TimeSpan connectTimeout, UpstreamTls tls, TimeProvider clock) => new()
    {
        // A proxy passes on what it gets: none of the comforts of a client.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        EnableMultipleHttp2Connections = true,
        SslOptions = tls.Options(host: null),

        // A connection that fell silent with requests on it would be used until the system gives it up, after many minutes.
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,

        // So that a name which leads elsewhere now is asked again, however busy the connections are.
        PooledConnectionLifetime = UpstreamSocket.LongestLife,

        // Byte for byte: Kestrel reads the other side the same way, see GatewayKestrel.
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,

        // Shorter than what servers keep idle connections for, so that they are seldom closed just as they are used.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, connectTimeout, clock, cancellationToken),
    };

    // Our own timeout, because the handler's cannot be told from the caller's cancellation; and it must be: only after a
    // failed connect may any request go to another instance.
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, TimeSpan connectTimeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(connectTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var address = UpstreamSocket.Of(context.DnsEndPoint);
        var socket = UpstreamSocket.For(address);
        try
        {
            await socket.ConnectAsync(address, both.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private readonly struct MessageSink(HttpRequestMessage message) : IHeaderSink
    {
        public void Add(string name, StringValues values)
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        public void Add(string name, string value) => Add(name, new StringValues(value));
    }
}
