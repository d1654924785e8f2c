using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Correlation;
using Portolan.Core.Database;
using Portolan.Core.Deadlines;
using Portolan.Core.Flags;
using Portolan.Core.Handlers;
using Portolan.Core.Telemetry;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Parking;

namespace Portolan.Messaging.Consuming;

/// <summary>
/// One attempt at one message: load, then one transaction of inbox, handler and outbox. What comes out of it is settled
/// in <see cref="FailedDeliveries"/> where it failed.
/// </summary>
internal sealed partial class MessageHandling(
    Store store,
    Inbox inbox,
    ParkedMessages parked,
    Replies replies,
    FailedDeliveries failures,
    IEnumerable<Guard> guards,
    MessageJson json,
    MessagingOptions options,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<MessageHandling> logger)
{
    private readonly Guard[] guards = [.. guards];

    /// <summary>Returns when the message is settled; throws only when the store cannot be written or on cancellation.</summary>
    public async Task AttemptAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var envelope = delivery.Envelope;
        using var activity = PortolanTelemetry.Start(
            "handle " + envelope.Type, ActivityKind.Consumer, envelope.Headers.GetValueOrDefault(EnvelopeHeaders.TraceParent));
        CorrelationContext.Current = CorrelationContext.Start(
            clock, envelope.Headers.GetValueOrDefault(EnvelopeHeaders.CorrelationId), envelope.Headers.GetValueOrDefault(EnvelopeHeaders.RequestId));
        FeatureFlags.Current = envelope.Headers.GetValueOrDefault(EnvelopeHeaders.FeatureFlags);
        try
        {
            await HandleAsync(delivery, cancellationToken);
        }
        catch (Exception error) when (error is not (OperationCanceledException or StoreUnavailableException) || !IsOurs(error, cancellationToken))
        {
            activity.SetStatus(ActivityStatusCode.Error, error.Message);
            await failures.SettleAsync(delivery, error, cancellationToken);
        }
    }

    private static bool IsOurs(Exception error, CancellationToken cancellationToken) =>
        error is StoreUnavailableException || cancellationToken.IsCancellationRequested;

    private async ValueTask HandleAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var message = Read(delivery);
        await using var scope = scopes.CreateAsyncScope();
        var context = new MessageContext(message, delivery.Envelope.Id, delivery.Attempt, delivery.Envelope.Headers, scope.ServiceProvider);
        using var deadline = DeadlineOf(delivery.Envelope)?.Enter();
        // The transaction stops a duplicate too, but only after the calls to others that a load makes.
        var loaded = delivery.Handler.Load is { } load && !await inbox.HasAsync(store, delivery, cancellationToken)
            ? await LoadAsync(load, context, delivery.Handler.Name, cancellationToken)
            : null;
        var outcome = await store.WriteAsync(transaction => HandleAsync(transaction, delivery, context, loaded, cancellationToken), cancellationToken);
        if (outcome is Rejection rejection)
        {
            Log.Rejected(logger, delivery.Envelope.Type, rejection.Code, rejection.Message);
        }
    }

    // A header that is no moment is none: the message counts for more than what was to be said about it.
    private Deadline? DeadlineOf(Envelope envelope) =>
        envelope.Headers.TryGetValue(EnvelopeHeaders.Deadline, out var text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? Deadline.At(clock, moment)
            : null;

    // Later messages of the key wait for this one, so what it waits for must come to an end.
    private async ValueTask<object?> LoadAsync(LoadDelegate load, MessageContext context, string handler, CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(clock, options.LoadTimeout).Enter();
        using var timeout = new CancellationTokenSource(options.LoadTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await load(context, either.Token);
        }
        catch (OperationCanceledException error) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"LoadAsync of {handler} took longer than {options.LoadTimeout.TotalSeconds} s (Portolan:Messaging:LoadTimeout).", error);
        }
    }

    private object Read(Delivery delivery)
    {
        try
        {
            return json.Deserialize(delivery.Envelope.Body.Span, delivery.Handler.Message);
        }
        catch (JsonException error)
        {
            throw new UnreadableMessageException(delivery.Envelope.Type, error);
        }
    }

    private async ValueTask<object?> HandleAsync(
        StoreTransaction transaction, Delivery delivery, MessageContext context, object? loaded, CancellationToken cancellationToken)
    {
        if (delivery.Parked is { } sequence)
        {
            if (!await parked.RemoveAsync(transaction, sequence))
            {
                return null;
            }
        }
        else if (await parked.MustWaitAsync(transaction, delivery.Envelope, delivery.Handler.Name))
        {
            await parked.AddAsync(transaction, delivery.Envelope, delivery.Handler.Name, 0, TimeSpan.Zero);
            return null;
        }

        if (!delivery.Handler.Idempotent && !await inbox.TryAddAsync(transaction, delivery))
        {
            return null;
        }

        var returned = await RefusedAsync(transaction, delivery.Envelope) ?? await delivery.Handler.Handle(context, transaction, loaded, cancellationToken);
        await replies.SendAsync(transaction, delivery.Envelope, returned);
        return returned;
    }

    private async ValueTask<object?> RefusedAsync(StoreTransaction transaction, Envelope envelope)
    {
        foreach (var guard in guards)
        {
            if (await guard(transaction, envelope) is { } rejection)
            {
                return rejection;
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, EventName = "MessageRejected", Message = "{Type} was rejected: {Code}, {Reason}")]
        public static partial void Rejected(ILogger logger, string type, string code, string reason);
    }
}
