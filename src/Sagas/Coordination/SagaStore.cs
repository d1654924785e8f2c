using System.Data.Common;
using System.Text.Json;
using Portolan.Core.Database;
using Portolan.Messaging.Envelopes;

namespace Portolan.Sagas.Coordination;

/// <summary>The saga log: one row a saga, moved on by compare-and-swap.</summary>
internal sealed class SagaStore(Store store, SagaCatalogue catalogue, MessageJson json, TimeProvider clock)
{
    public ValueTask InsertAsync(StoreTransaction transaction, SagaInstance saga) =>
        Done(transaction.ExecuteAsync(
            $"""
            insert into sagas (saga_id, name, version, status, steps, state, waits_for, attempt, due, callback_url, started_at, updated_at)
            values ({saga.Id}, {saga.Name}, 1, {saga.Status}, {Steps(saga)}, {State(saga)}, {saga.WaitsFor}, {saga.Attempt}, {saga.Due},
                    {saga.CallbackUrl}, {saga.StartedAt}, {saga.UpdatedAt})
            """));

    /// <exception cref="SagaConflictException">Another transition came first.</exception>
    public async ValueTask UpdateAsync(StoreTransaction transaction, SagaInstance saga)
    {
        var updated = await transaction.ExecuteAsync(
            $"""
            update sagas set version = {saga.Version + 1}, status = {saga.Status}, steps = {Steps(saga)}, state = {State(saga)},
                   waits_for = {saga.WaitsFor}, attempt = {saga.Attempt}, due = {saga.Due}, updated_at = {clock.GetUtcNow()}
            where saga_id = {saga.Id} and version = {saga.Version}
            """);
        if (updated == 0)
        {
            throw new SagaConflictException(saga.Id);
        }
    }

    public ValueTask<SagaInstance?> FindAsync(StoreSession session, Guid id) => session.FirstOrDefaultAsync(
        $"""
        select saga_id, name, version, status, steps, state, waits_for, attempt, due, callback_url, started_at, updated_at
        from sagas where saga_id = {id}
        """,
        Read);

    public ValueTask<SagaInstance?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        store.ReadAsync(session => FindAsync(session, id), cancellationToken);

    /// <summary>The newest first.</summary>
    public ValueTask<List<SagaInstance>> ListAsync(string? status, int limit, CancellationToken cancellationToken) => store.QueryAsync(
        $"""
        select saga_id, name, version, status, steps, state, waits_for, attempt, due, callback_url, started_at, updated_at
        from sagas where ({status} is null or status = {status}) order by started_at desc limit {limit}
        """,
        Read,
        cancellationToken);

    public ValueTask<List<Guid>> DueAsync(int limit, CancellationToken cancellationToken) => store.QueryAsync(
        $"select saga_id from sagas where due <= {clock.GetUtcNow()} order by due limit {limit}", row => row.GetGuid(0), cancellationToken);

    /// <summary>Puts a saga that cannot even be read out of the way of the others.</summary>
    public ValueTask PostponeAsync(Guid id, TimeSpan delay, CancellationToken cancellationToken) =>
        store.WriteAsync(
            transaction => Done(transaction.ExecuteAsync($"update sagas set due = {clock.GetUtcNow() + delay} where saga_id = {id} and due is not null")),
            cancellationToken);

    /// <summary>Forgets finished sagas and tombstones that are older than <paramref name="retention"/>. Returns how many rows went.</summary>
    public ValueTask<int> ForgetAsync(TimeSpan retention, int limit, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - retention;
        return store.WriteAsync(
            async transaction =>
                await transaction.ExecuteAsync(
                    $"""
                    delete from sagas where saga_id in
                        (select saga_id from sagas
                         where started_at < {before} and updated_at < {before} and status in ({SagaStatus.Completed}, {SagaStatus.Compensated}) limit {limit})
                    """)
                + await transaction.ExecuteAsync(
                    $"delete from saga_tombstones where step in (select step from saga_tombstones where compensated_at < {before} limit {limit})"),
            cancellationToken);
    }

    private static async ValueTask Done(ValueTask<int> statement) => await statement;

    private static string Steps(SagaInstance saga) => JsonSerializer.Serialize(saga.Steps, StepsJson.Default.IReadOnlyListStepRecord);

    private string State(SagaInstance saga) => JsonSerializer.Serialize(saga.State, json.TypeInfo(saga.State.GetType()));

    private SagaInstance Read(DbDataReader row)
    {
        var name = row.GetString(1);
        return new SagaInstance
        {
            Id = row.GetGuid(0),
            Name = name,
            Version = row.GetInt64(2),
            Status = row.GetString(3),
            Steps = JsonSerializer.Deserialize(row.GetString(4), StepsJson.Default.ListStepRecord)!,
            State = JsonSerializer.Deserialize(row.GetString(5), json.TypeInfo(catalogue.Find(name)?.StateType ?? typeof(JsonElement)))!,
            WaitsFor = row.GetString(6),
            Attempt = row.GetInt32(7),
            Due = row.GetTimeOrNull(8),
            CallbackUrl = row.GetStringOrNull(9),
            StartedAt = row.GetTime(10),
            UpdatedAt = row.GetTime(11),
        };
    }
}
