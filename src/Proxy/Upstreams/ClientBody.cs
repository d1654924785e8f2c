using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Upstreams;

/// <summary>The client's body on its way to a service, and no more of it than is allowed.</summary>
internal sealed class ClientBody(HttpRequest request, long limit)
{
    private long total;

    /// <summary>Why it could not be read to its end; null otherwise. It is the client's doing, not the service's.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>True once any of it was read: it cannot be sent a second time.</summary>
    public bool Started { get; private set; }

    /// <summary>Knows whose turn it is; null where all of the body is here.</summary>
    public UploadWatch? Watch { get; set; }

    /// <summary>Its declared length; null when it is chunked.</summary>
    public long? Length => request.ContentLength;

    /// <summary>Null where the request has no body.</summary>
    public static ClientBody? Of(HttpContext context, long limit)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
        {
            return null;
        }

        ClientRates.FreeMessages(context);
        return new ClientBody(context.Request, limit);
    }

    public static ProblemException TooLarge(long limit) =>
        new(KnownProblems.TooLarge($"The body is larger than the {limit} bytes this gateway takes."));

    /// <summary>True when nobody has to wait for the client any more. One that waits to be asked for its body is not asked by this.</summary>
    public bool IsHere()
    {
        if (request.Headers.Expect.Count > 0)
        {
            return false;
        }

        try
        {
            if (!request.BodyReader.TryRead(out var read))
            {
                return false;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start);
            return read.IsCompleted;
        }
        catch (Exception)
        {
            // Whoever reads it in earnest finds out.
            return false;
        }
    }

    /// <summary>
    /// What has come already, if it is all or no more than <paramref name="most"/> bytes; else it comes again with the next
    /// read. What it gives must be taken with <see cref="Taken"/>.
    /// </summary>
    public bool TryRead(int most, out ReadResult read)
    {
        Started = true;
        try
        {
            if (!request.BodyReader.TryRead(out read))
            {
                return false;
            }
        }
        catch (Exception exception)
        {
            Failure = Reworded(exception);
            throw;
        }

        if (read.Buffer.Length > most || read.IsCanceled)
        {
            request.BodyReader.AdvanceTo(read.Buffer.Start);
            return false;
        }

        Count(read);
        return true;
    }

    /// <summary>The next piece. What it gives must be taken with <see cref="Taken"/>.</summary>
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        ReadResult read;
        try
        {
            Started = true;
            var reading = request.BodyReader.ReadAsync(cancellationToken);
            if (!reading.IsCompleted)
            {
                Watch?.Pause();
            }

            read = await reading;
            Watch?.Resume();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = Reworded(exception);
            throw;
        }

        Count(read);
        return read;
    }

    /// <summary>A piece was passed on; or could not be, and the server still drains what the client is sending.</summary>
    public void Taken(in ReadResult read) => request.BodyReader.AdvanceTo(read.Buffer.End);

    /// <summary>Ends a wait for the next piece.</summary>
    public void Cancel() => request.BodyReader.CancelPendingRead();

    // Some of what cannot be read the server throws as if the connection had broken.
    private static Exception Reworded(Exception exception) => exception is IOException and not (BadHttpRequestException or ConnectionResetException)
        ? new ProblemException(KnownProblems.Malformed("The body cannot be read: its chunks are malformed."))
        : exception;

    private void Count(in ReadResult read)
    {
        Started = true;
        total += read.Buffer.Length;
        if (total > limit)
        {
            Taken(read);
            Failure = TooLarge(limit);
            throw Failure;
        }
    }
}

/// <summary>A request could not be brought to an instance because of whoever sent it: its body ended early, was too large or too slow.</summary>
internal sealed class ClientFailedException(Exception reason) : Exception(reason.Message, reason);
