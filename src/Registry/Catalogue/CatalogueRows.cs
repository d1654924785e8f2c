using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Core.Database;

namespace Portolan.Registry.Catalogue;

/// <summary>The catalogue in the store: who is registered, and each service's index. Heartbeats are not written.</summary>
internal sealed class CatalogueRows(Store store)
{
    public ValueTask MigrateAsync(CancellationToken cancellationToken) =>
        store.MigrateAsync(Migration.Embedded(typeof(CatalogueRows).Assembly, "registry"), cancellationToken);

    public async ValueTask<(List<ServiceRow> Services, List<InstanceRow> Instances)> LoadAsync(CancellationToken cancellationToken) =>
        await store.ReadAsync(
            async session => (
                await session.QueryAsync($"select name, change_index, empty_since from registry_services", ReadService, cancellationToken),
                await session.QueryAsync($"select service, document from registry_instances", ReadInstance, cancellationToken)),
            cancellationToken);

    public ValueTask SaveAsync(ServiceState next, Instance instance) =>
        store.WriteAsync(async transaction =>
        {
            await SaveServiceAsync(transaction, next);
            var document = ToJson(instance);
            await transaction.ExecuteAsync(
                $"""
                insert into registry_instances (service, id, document) values ({next.Name}, {instance.Id}, {document})
                on conflict (service, id) do update set document = excluded.document
                """);
        });

    public ValueTask RemoveAsync(ServiceState next, IReadOnlyList<string> ids) =>
        store.WriteAsync(async transaction =>
        {
            await SaveServiceAsync(transaction, next);
            foreach (var id in ids)
            {
                await transaction.ExecuteAsync($"delete from registry_instances where service = {next.Name} and id = {id}");
            }
        });

    public static string ToJson(Instance instance) => JsonSerializer.Serialize(instance, StoredJson.Default.Instance);

    private static async ValueTask SaveServiceAsync(StoreTransaction transaction, ServiceState next)
    {
        long? emptySince = next.EmptySince is { } time ? new DateTimeOffset(time).ToUnixTimeMilliseconds() : null;
        await transaction.ExecuteAsync(
            $"""
            insert into registry_services (name, change_index, empty_since) values ({next.Name}, {next.Index}, {emptySince})
            on conflict (name) do update set change_index = excluded.change_index, empty_since = excluded.empty_since
            """);
    }

    private static ServiceRow ReadService(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt64(1),
        row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)).UtcDateTime);

    private static InstanceRow ReadInstance(DbDataReader row) =>
        new(row.GetString(0), JsonSerializer.Deserialize(row.GetString(1), StoredJson.Default.Instance)!);
}

internal sealed record ServiceRow(string Name, long Index, DateTime? EmptySince);

internal sealed record InstanceRow(string Service, Instance Instance);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Instance))]
internal sealed partial class StoredJson : JsonSerializerContext;
