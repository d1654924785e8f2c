using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Core.Database;
using Portolan.Core.Identity;
using Portolan.Core.Problems;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Idempotency;
using Portolan.Sagas.Coordination;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas;

/// <summary>Starts and finds sagas of this service.</summary>
public sealed class SagaClient
{
    private readonly Store store;
    private readonly SagaStore sagas;
    private readonly SagaCoordinator coordinator;
    private readonly IdempotencyKeys keys;
    private readonly MessageJson json;
    private readonly IServiceProvider services;
    private readonly TimeProvider clock;

    internal SagaClient(
        Store store, SagaStore sagas, SagaCoordinator coordinator, IdempotencyKeys keys, MessageJson json, IServiceProvider services, TimeProvider clock)
    {
        this.store = store;
        this.sagas = sagas;
        this.coordinator = coordinator;
        this.keys = keys;
        this.json = json;
        this.services = services;
        this.clock = clock;
    }

    /// <summary>
    /// Starts a saga: its row, what its first steps wrote here and its first command commit together. The same key and
    /// request give the same saga.
    /// </summary>
    /// <exception cref="ProblemException">The definition refused the request, or the key belongs to another one.</exception>
    public async ValueTask<SagaInstance> StartAsync(
        SagaDefinition definition, object request, string? idempotencyKey = null, string? callbackUrl = null, CancellationToken cancellationToken = default)
    {
        var scope = "saga:" + definition.Name;
        var fingerprint = Fingerprint(definition, request, callbackUrl);

        // Looked up before the request is checked: a repetition must be answered even if the check would fail by now.
        if (await RepeatedAsync(scope, idempotencyKey, fingerprint, cancellationToken) is { } known)
        {
            return known;
        }

        var (state, refusal) = await definition.AcceptAsync(request, services, cancellationToken);
        if (refusal is not null)
        {
            // Perhaps because its twin has just been accepted.
            return await RepeatedAsync(scope, idempotencyKey, fingerprint, cancellationToken) ?? throw new ProblemException(refusal);
        }

        var saga = New(definition, state!, callbackUrl);
        var id = await store.WriteAsync(
            transaction => keys.RunAsync(transaction, scope, idempotencyKey, fingerprint, SagaIdJson.Default.Guid, async () =>
            {
                await coordinator.StartAsync(transaction, saga);
                return saga.Id;
            }),
            cancellationToken);
        return id == saga.Id ? saga : (await FindAsync(id, cancellationToken))!;
    }

    /// <summary>One, or null.</summary>
    public ValueTask<SagaInstance?> FindAsync(Guid id, CancellationToken cancellationToken = default) => sagas.FindAsync(id, cancellationToken);

    /// <summary>The newest first; null takes every status.</summary>
    public ValueTask<List<SagaInstance>> ListAsync(string? status = null, int limit = 100, CancellationToken cancellationToken = default) =>
        sagas.ListAsync(status, limit, cancellationToken);

    /// <summary>Tries the step of a saga that needs attention again, or takes it as done. False when it needs none.</summary>
    public ValueTask<bool> ResumeAsync(Guid id, bool skip, CancellationToken cancellationToken = default) =>
        store.WriteAsync(transaction => coordinator.ResumeAsync(transaction, id, skip), cancellationToken);

    // Null where the key is new.
    private async ValueTask<SagaInstance?> RepeatedAsync(string scope, string? idempotencyKey, byte[] fingerprint, CancellationToken cancellationToken)
    {
        var known = await store.ReadAsync(
            session => keys.FindAsync(session, scope, idempotencyKey, fingerprint, SagaIdJson.Default.Guid), cancellationToken);
        return !known.Found
            ? null
            : await FindAsync(known.Answer, cancellationToken) ?? throw new ProblemException(KnownProblems.NotFound($"Saga {known.Answer} is no longer kept."));
    }

    private byte[] Fingerprint(SagaDefinition definition, object request, string? callbackUrl)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, json.TypeInfo(definition.RequestType));
        return callbackUrl is null ? body : [.. body, .. Encoding.UTF8.GetBytes(callbackUrl)];
    }

    private SagaInstance New(SagaDefinition definition, object state, string? callbackUrl)
    {
        var now = clock.GetUtcNow();
        return new SagaInstance
        {
            Id = Ids.New(clock),
            Name = definition.Name,
            Status = SagaStatus.Running,
            Steps = [.. definition.Steps.Select(step => new StepRecord { Name = step.Name, Status = StepStatus.Pending })],
            State = state,
            StartedAt = now,
            UpdatedAt = now,
            CallbackUrl = callbackUrl,
        };
    }
}

[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class SagaIdJson : JsonSerializerContext;
