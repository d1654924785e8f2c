using System.Buffers;
using System.IO.Pipelines;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>Sends the client's body behind the head, framed anew: by its declared length, or in chunks.</summary>
internal static class BodySender
{
    // What fits goes with the head in one packet.
    private const int WithHead = 16 * 1024;

    /// <summary>Appends what is there of a body to the head. True when that was all of it.</summary>
    public static bool TryAppend(ClientBody body, ref HeadWriter head)
    {
        if (!body.TryRead(WithHead, out var read))
        {
            return false;
        }

        try
        {
            if (body.Length is null)
            {
                AppendChunk(read.Buffer, ref head);
                if (read.IsCompleted)
                {
                    head.Append("0\r\n\r\n"u8);
                }
            }
            else
            {
                foreach (var memory in read.Buffer)
                {
                    head.Append(memory.Span);
                }
            }

            return read.IsCompleted;
        }
        finally
        {
            body.Taken(read);
        }
    }

    /// <summary>
    /// Sends the rest as it comes. Where the client fails, the connection ends, because nothing can follow on it; where the
    /// service takes no more, it may have answered already, and whoever reads that will see.
    /// </summary>
    public static async Task SendAsync(ClientBody body, Http1Connection connection, CancellationToken cancellationToken)
    {
        try
        {
            await PassOnAsync(body, connection, cancellationToken);
        }
        finally
        {
            if (body.Failure is not null)
            {
                connection.Abort();
            }
        }
    }

    private static async Task PassOnAsync(ClientBody body, Http1Connection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            try
            {
                if (read.IsCanceled)
                {
                    return;
                }

                await SendAsync(read, body.Length is null, connection);
            }
            finally
            {
                body.Taken(read);
            }

            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static async ValueTask SendAsync(ReadResult read, bool chunked, Http1Connection connection)
    {
        if (!chunked)
        {
            foreach (var memory in read.Buffer)
            {
                await connection.SendAsync(memory);
            }

            return;
        }

        var piece = new HeadWriter();
        try
        {
            AppendChunk(read.Buffer, ref piece);
            if (read.IsCompleted)
            {
                piece.Append("0\r\n\r\n"u8);
            }

            await connection.SendAsync(piece.Written);
        }
        finally
        {
            piece.Return();
        }
    }

    private static void AppendChunk(in ReadOnlySequence<byte> bytes, ref HeadWriter into)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        Span<byte> size = stackalloc byte[16];
        System.Buffers.Text.Utf8Formatter.TryFormat(bytes.Length, size, out var digits, 'x');
        into.Append(size[..digits]);
        into.Append("\r\n"u8);
        foreach (var memory in bytes)
        {
            into.Append(memory.Span);
        }

        into.Append("\r\n"u8);
    }
}
