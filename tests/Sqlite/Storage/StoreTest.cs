using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

/// <summary>A store in a file of its own, with a table of numbers.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> opened = [];

    protected TemporaryFolder Folder { get; } = new();

    protected CapturedLogs Logs { get; } = new();

    protected string StorePath => Folder.File("store.db");

    protected SqliteStore Store { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Store = await OpenAsync();
        await Store.WriteAsync(async transaction => { await transaction.ExecuteAsync($"create table if not exists numbers (n integer primary key, text text)"); });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var item in opened)
        {
            await item.DisposeAsync();
        }

        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async ValueTask<SqliteStore> OpenAsync(SqliteStoreOptions? options = null)
    {
        var store = await SqliteStore.OpenAsync(options ?? new SqliteStoreOptions { Path = StorePath }, TimeProvider.System, Logs, Token);
        opened.Add(store);
        return store;
    }

    protected static ValueTask AddAsync(Store store, int number) =>
        store.WriteAsync(async transaction => { await AddAsync(transaction, number); }, Token);

    protected static ValueTask<int> AddAsync(StoreTransaction transaction, int number) =>
        transaction.ExecuteAsync($"insert into numbers (n) values ({number})");

    protected async ValueTask<List<long>> NumbersAsync() =>
        await Store.QueryAsync($"select n from numbers order by n", row => row.GetInt64(0), Token);
}
