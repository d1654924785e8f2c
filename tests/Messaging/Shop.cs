using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Testing;

namespace Portolan.Messaging.Tests;

public sealed record Reserve(string Order, string Mode = "ok");

public sealed record Release(string Order, string Mode = "ok");

public sealed record Reserved(string Order);

public sealed record Placed(string Order);

/// <summary>A sender and a receiver: orders asks stock, stock writes down what it did, in the order it did it.</summary>
internal static class Shop
{
    public const string Table = "create table effects (place integer primary key, what text not null);";

    public static Task<TestPlatform> StartAsync(Action<TestParts> stock, Action<TestPlatformBuilder>? configure = null) =>
        TestPlatform.StartAsync(platform =>
        {
            configure?.Invoke(platform);
            platform
                .Service("orders", parts => parts.With().Event<Reserved>("reserved.v1"))
                .Service("stock", parts => stock(parts.With().Event<Reserved>("reserved.v1")), options => options.Schema(Table));
        });

    public static TestParts With(this TestParts parts) => parts
        .Command<Reserve>("reserve.v1", "stock", message => message.Order)
        .Command<Release>("release.v1", "stock", message => message.Order)
        .Event<Placed>("placed.v1", message => message.Order);

    public static async ValueTask WriteDownAsync(this StoreTransaction store, string what) =>
        await store.ExecuteAsync($"insert into effects (what) values ({what})");

    /// <summary>Writes the message down; "fail" throws afterwards, every time; "fail-2" the first two times.</summary>
    public static async ValueTask<object?> HandleAsync(MessageContext context, StoreTransaction store, string order, string mode, string verb)
    {
        await store.WriteDownAsync($"{verb} {order}");
        if (mode == "fail" || (mode.StartsWith("fail-", StringComparison.Ordinal) && context.Attempt <= int.Parse(mode[5..])))
        {
            throw new InvalidOperationException($"{verb} {order} is impossible");
        }

        return null;
    }

    public static TestParts Reserving(this TestParts parts) =>
        parts.Handle<Reserve>((message, context, store) => HandleAsync(context, store, message.Order, message.Mode, "reserve"));

    public static TestParts Releasing(this TestParts parts) =>
        parts.Handle<Release>((message, context, store) => HandleAsync(context, store, message.Order, message.Mode, "release"));

    public static async Task<List<string>> EffectsAsync(this TestPlatform platform, string service = "stock") =>
        await platform[service].Store.QueryAsync($"select what from effects order by place", row => row.GetString(0));

    public static async Task<long> CountAsync(this TestPlatform platform, string service, string table) =>
        await platform[service].Store.FirstOrDefaultAsync(Sql.Raw($"select count(*) from {table}"), row => row.GetInt64(0));
}
