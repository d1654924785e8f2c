using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Portolan.Discovery.Http;

/// <summary>What every client of the factory starts with; the application's own settings come on top.</summary>
internal sealed class ServiceClientDefaults : IConfigureNamedOptions<HttpClientFactoryOptions>
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Of a request with its body. It only bounds how long a large body may take: it is over the pipeline's total time-out, and
    /// should be, because a call that the client itself cancels says nothing of the instance.
    /// </summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(100);

    public void Configure(string? name, HttpClientFactoryOptions options)
    {
        if (name is not null && ServiceAddress.IsName(name))
        {
            options.HttpClientActions.Add(client => client.BaseAddress ??= new Uri($"http://{name}/"));
        }
    }

    public void Configure(HttpClientFactoryOptions options) => Configure(Options.DefaultName, options);

    public static void Apply(SocketsHttpHandler handler)
    {
        handler.ConnectCallback = ConnectAsync;
        handler.Proxy = new InstancesDirectly();
    }

    // Its own connect, because the handler's timeout is an OperationCanceledException, which cannot be told from a request
    // that was cancelled after it was sent. This one is a connection error like a refusal, and leads to another instance.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
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

    /// <summary>The machine's proxy, but not for addresses in numbers: instances are reached directly.</summary>
    private sealed class InstancesDirectly : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => HttpClient.DefaultProxy.Credentials;
            set => HttpClient.DefaultProxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

        public bool IsBypassed(Uri host) =>
            host.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
    }
}
