using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Portolan.Cli.Load;

/// <summary>Where requests go. The name is looked up once, so that no request waits for that.</summary>
internal sealed class LoadTarget
{
    private readonly Uri address;
    private readonly IPAddress[] found;
    private readonly bool insecure;

    private LoadTarget(Uri address, IPAddress[] found, bool insecure)
    {
        this.address = address;
        this.found = found;
        this.insecure = insecure;
    }

    public static async Task<LoadTarget> FindAsync(Uri address, bool insecure, CancellationToken cancellationToken)
    {
        try
        {
            return new LoadTarget(address, await Dns.GetHostAddressesAsync(address.DnsSafeHost, cancellationToken), insecure);
        }
        catch (SocketException unknown)
        {
            throw new CliException($"There is no host '{address.Host}': {unknown.Message}.");
        }
    }

    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(found, address.Port, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return address.Scheme == "https" ? await SecureAsync(stream, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<SslStream> SecureAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = address.IdnHost,
            RemoteCertificateValidationCallback = (_, _, _, errors) => insecure || errors == SslPolicyErrors.None,
        };
        await secure.AuthenticateAsClientAsync(options, cancellationToken);
        return secure;
    }
}
