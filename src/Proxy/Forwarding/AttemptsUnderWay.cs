using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Forwarding;

/// <summary>
/// The attempts of one request that may be under way beside each other. All read the client's request, and the server uses it
/// again for the next one: so the request is not over before all of them are. They were cancelled by then, and its client has
/// the answer.
/// </summary>
internal sealed class AttemptsUnderWay
{
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The request itself is the first one.
    private int count = 1;

    public AttemptsUnderWay(HttpContext context) => context.Response.OnCompleted(() =>
    {
        End();
        return over.Task;
    });

    /// <summary>False when the request is over already: nothing of it may be read.</summary>
    public bool TryBegin()
    {
        var seen = Volatile.Read(ref count);
        while (seen > 0)
        {
            var found = Interlocked.CompareExchange(ref count, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    public void End()
    {
        if (Interlocked.Decrement(ref count) == 0)
        {
            over.TrySetResult();
        }
    }
}
