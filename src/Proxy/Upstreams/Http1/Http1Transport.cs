using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Portolan.Discovery;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>
/// HTTP/1.1 to instances over pooled connections of our own.
/// <para>1. A kept connection that is alive is taken, or a new one made; only a connection that cannot be made reached nobody.</para>
/// <para>2. Head and what there is of the body go out in one packet, the rest while the answer is awaited.</para>
/// <para>
/// 3. A kept connection may be closed by the instance just as it is used. If it ended before the first byte of an answer, a
/// request that may be repeated goes out once more on a new connection; no other is.
/// </para>
/// <para>4. The framing of the answer was decided with its head; the connection goes back only when the answer is read to its end.</para>
/// </summary>
internal sealed class Http1Transport : IDisposable
{
    // Shorter than what servers keep idle connections for, so that they are seldom closed just as they are used.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<(string Host, int Port, bool Secure), Http1Pool> pools = new();
    private readonly TimeProvider clock;
    private readonly TimeSpan connectTimeout;
    private readonly UpstreamTls tls;
    private readonly ITimer trimming;

    public Http1Transport(TimeSpan connectTimeout, UpstreamTls tls, TimeProvider clock)
    {
        (this.connectTimeout, this.tls, this.clock) = (connectTimeout, tls, clock);
        trimming = clock.CreateTimer(static self => ((Http1Transport)self!).Trim(), this, LongestIdle / 2, LongestIdle / 2);
    }

    /// <summary>Sends; returns with the head of the answer.</summary>
    /// <exception cref="HttpRequestException">No connection could be made.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamResponse> SendAsync(
        ServiceInstance instance, HttpContext context, string target, ClientBody? body, WebSocketRequest? upgrade, int attempt, TimeSpan remaining, CancellationToken cancellationToken)
    {
        var pool = PoolOf(instance);

        // What may end as something else than HTTP gets a connection to itself.
        var kept = upgrade is null ? pool.TryTake(LongestIdle) : null;
        while (true)
        {
            var connection = kept ?? await pool.ConnectAsync(connectTimeout, cancellationToken);
            var exchange = new Http1Exchange(connection, context, target, body, upgrade, instance);
            try
            {
                return await exchange.SendAsync(remaining, cancellationToken);
            }
            catch (Http1Connection.EndedException) when (kept is not null && body is null && Idempotence.Of(context.Request.Method))
            {
                kept = null;
            }
            catch (SocketException) when (kept is not null && body is null && Idempotence.Of(context.Request.Method) && !cancellationToken.IsCancellationRequested)
            {
                kept = null;
            }
            catch (Exception exception) when (attempt == 1 && body is null && upgrade is null && (exception is Http1Connection.EndedException or SocketException)
                && Idempotence.Of(context.Request.Method) && !cancellationToken.IsCancellationRequested)
            {
                throw new BrokenOffException(exception);
            }
        }
    }

    public void Dispose()
    {
        trimming.Dispose();
        foreach (var pool in pools.Values)
        {
            pool.Trim(TimeSpan.Zero);
        }
    }

    private Http1Pool PoolOf(ServiceInstance instance)
    {
        var key = (instance.Host, instance.Port, instance.IsSecure);
        return pools.TryGetValue(key, out var pool)
            ? pool
            : pools.GetOrAdd(key, static (address, self) => new Http1Pool(address.Host, address.Port, address.Secure ? self.tls : null, self.clock), this);
    }

    private void Trim()
    {
        foreach (var pool in pools.Values)
        {
            pool.Trim(LongestIdle);
        }
    }
}
