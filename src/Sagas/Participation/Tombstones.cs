using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Messaging.Envelopes;

namespace Portolan.Sagas.Participation;

/// <summary>
/// A compensation that arrives before its forward step wins: it leaves a tombstone, and the step is refused when it comes.
/// Works in every service that takes part in a saga, without a line in its handlers.
/// </summary>
internal sealed class Tombstones(TimeProvider clock)
{
    public async ValueTask<Rejection?> CheckAsync(StoreTransaction transaction, Envelope envelope)
    {
        if (!envelope.Headers.TryGetValue(EnvelopeHeaders.SagaStep, out var header) || header.LastIndexOf('/') is not (> 0 and var slash))
        {
            return null;
        }

        var step = header[..slash];
        if (header.EndsWith("/compensate", StringComparison.Ordinal))
        {
            await transaction.ExecuteAsync(
                $"insert into saga_tombstones (step, compensated_at) values ({step}, {clock.GetUtcNow()}) on conflict do nothing");
            return null;
        }

        var compensated = await transaction.FirstOrDefaultAsync($"select 1 from saga_tombstones where step = {step}", row => row.GetInt32(0)) == 1;
        return compensated ? new Rejection("COMPENSATED", "The saga has undone this step already.") : null;
    }
}
