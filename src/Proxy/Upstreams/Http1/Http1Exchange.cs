using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Discovery;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>One request on one connection, until the head of its answer is there.</summary>
internal readonly struct Http1Exchange(Http1Connection connection, HttpContext context, string target, ClientBody? body, WebSocketRequest? upgrade, ServiceInstance instance)
{
    /// <summary>Sends the request and reads the head of the answer. Whatever fails, the connection is ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamResponse> SendAsync(TimeSpan remaining, CancellationToken cancellationToken)
    {
        Task? rest = null;
        var registration = cancellationToken.UnsafeRegister(static state => ((Http1Connection)state!).Abort(), connection);
        try
        {
            var all = true;
            var head = new HeadWriter();
            try
            {
                WriteHead(ref head, remaining);
                all = body is null || BodySender.TryAppend(body, ref head);
                var sending = connection.SendAsync(head.Written);
                if (!sending.IsCompletedSuccessfully)
                {
                    await sending;
                }
            }
            finally
            {
                head.Return();
            }

            rest = all ? null : BodySender.SendAsync(body!, connection, cancellationToken);
            await connection.ReadHeadAsync();
            return new Http1Response(connection, context.Request.Method == HttpMethods.Head, rest, body) { Instance = instance };
        }
        catch (Exception exception)
        {
            connection.Dispose();
            await GiveUpAsync(rest);
            cancellationToken.ThrowIfCancellationRequested();
            if (body?.Failure is { } failure)
            {
                throw new ClientFailedException(failure);
            }

            throw exception is ObjectDisposedException ? new SocketException((int)SocketError.OperationAborted) : exception;
        }
        finally
        {
            // Waits for an abort that runs now: afterwards nobody ends a connection that somebody else may have.
            await registration.DisposeAsync();
        }
    }

    private void WriteHead(ref HeadWriter head, TimeSpan remaining)
    {
        head.AppendVisible(context.Request.Method);
        head.Append(" "u8);
        head.AppendVisible(target);
        head.Append(" HTTP/1.1\r\nHost: "u8);
        head.Append(connection.Pool.Authority);
        head.Append("\r\n"u8);
        RequestHeaders.Copy(context, remaining, ref head);
        if (upgrade is not null)
        {
            head.Append("Connection: Upgrade\r\nUpgrade: websocket\r\n"u8);
            if (upgrade.OwnKey is not null)
            {
                head.Add("Sec-WebSocket-Key", upgrade.OwnKey);
            }
        }
        else if (body is { Length: null })
        {
            head.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if ((body?.Length ?? context.Request.ContentLength) is { } length)
        {
            head.AddNumber("Content-Length: "u8, length);
        }

        head.Append("\r\n"u8);
    }

    private async ValueTask GiveUpAsync(Task? rest)
    {
        if (rest is not null)
        {
            body!.Cancel();
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
