using System.Diagnostics;
using Portolan.Core.Correlation;
using Portolan.Core.Database;
using Portolan.Core.Flags;
using Portolan.Core.Identity;
using Portolan.Core.Messages;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Signals;

namespace Portolan.Messaging.Outbox;

/// <summary>Puts messages into the outbox, in the transaction of whoever sends them.</summary>
public sealed class OutboxWriter(MessageCatalogue catalogue, MessageJson json, RelaySignal signal, TimeProvider clock)
{
    /// <summary>
    /// Adds a message under its type's name, destination and key. Sent again under the same <paramref name="id"/>, it is
    /// handled once.
    /// </summary>
    public ValueTask AddAsync(StoreTransaction transaction, object message, IReadOnlyDictionary<string, string>? headers = null, Guid? id = null)
    {
        var type = catalogue.Find(message.GetType()) ?? throw new ArgumentException(
            $"{message.GetType().Name} is not a message: mark it [Command(\"name.v1\", To = \"service\")] or [Event(\"name.v1\")].", nameof(message));
        return AddAsync(transaction, new Envelope
        {
            Id = id ?? Ids.New(clock),
            Type = type.Name,
            Source = catalogue.Service,
            Destination = type.Kind == MessageKind.Command ? type.Destination ?? catalogue.Service : null,
            Key = type.Key?.Invoke(message),
            Time = clock.GetUtcNow(),
            Headers = WithContext(headers),
            Body = json.Serialize(message),
        });
    }

    /// <summary>Adds an envelope as it is.</summary>
    public async ValueTask AddAsync(StoreTransaction transaction, Envelope envelope)
    {
        await transaction.ExecuteAsync(
            $"""
            insert into outbox (id, type, source, destination, key, headers, time, body)
            values ({envelope.Id}, {envelope.Type}, {envelope.Source}, {envelope.Destination}, {envelope.Key},
                    {EnvelopeRow.Headers(envelope)}, {envelope.Time}, {envelope.Body})
            """);
        transaction.OnCommitted(signal.Set);
    }

    /// <summary>The given headers, and where the running code stands: trace, user action, hop, feature flags.</summary>
    public static IReadOnlyDictionary<string, string> WithContext(IReadOnlyDictionary<string, string>? headers)
    {
        var all = headers is null ? new Dictionary<string, string>() : new Dictionary<string, string>(headers);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } traceParent })
        {
            all[EnvelopeHeaders.TraceParent] = traceParent;
        }

        if (CorrelationContext.Current is { } correlation)
        {
            all[EnvelopeHeaders.CorrelationId] = correlation.CorrelationId;
            all[EnvelopeHeaders.RequestId] = correlation.RequestId;
        }

        if (FeatureFlags.Current is { } flags)
        {
            all[EnvelopeHeaders.FeatureFlags] = flags;
        }

        return all;
    }
}
