using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Identity;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Outbox;

namespace Portolan.Messaging.Consuming;

/// <summary>Sends on what a handler returned: messages into the outbox, and the answer to whoever asked for one.</summary>
internal sealed class Replies(MessageCatalogue catalogue, OutboxWriter outbox, MessageJson json, TimeProvider clock)
{
    public async ValueTask SendAsync(StoreTransaction transaction, Envelope request, object? returned)
    {
        var values = Flatten(returned).ToList();
        foreach (var value in values)
        {
            if (catalogue.Find(value.GetType()) is not null)
            {
                await outbox.AddAsync(transaction, value);
            }
        }

        if (request.Headers.TryGetValue(EnvelopeHeaders.ReplyTo, out var destination))
        {
            // A handler may refuse and tell the world about it: the refusal is the answer wherever it stands.
            var answer = values.OfType<Rejection>().FirstOrDefault() ?? values.FirstOrDefault();
            await outbox.AddAsync(transaction, Answer(request, destination, answer));
        }
    }

    private Envelope Answer(Envelope request, string destination, object? value)
    {
        var token = request.Headers.GetValueOrDefault(EnvelopeHeaders.ReplyToken, "");
        var rejection = value as Rejection;
        var content = value is null or Rejection ? (JsonElement?)null : JsonSerializer.SerializeToElement(value, json.TypeInfo(value.GetType()));
        return new Envelope
        {
            Id = Ids.New(clock),
            Type = Reply.TypeName,
            Source = catalogue.Service,
            Destination = destination,
            Key = token,
            Time = clock.GetUtcNow(),
            Headers = OutboxWriter.WithContext(null),
            Body = JsonSerializer.SerializeToUtf8Bytes(new Reply(token, rejection, content), ReplyJson.Default.Reply),
        };
    }

    private static IEnumerable<object> Flatten(object? returned) => returned switch
    {
        null => [],
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(index => Flatten(tuple[index])),
        string text => [text],
        IEnumerable items => items.Cast<object?>().SelectMany(Flatten),
        _ => [returned],
    };
}
