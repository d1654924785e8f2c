using System.Reflection;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;

namespace Portolan.Generators.Tests.Compiling;

/// <summary>A compiled service whose generated delegates can be called.</summary>
internal sealed class Service
{
    private readonly object _parts;
    private readonly Assembly _assembly;

    public Service(Assembly assembly, IServiceCollection services)
    {
        _assembly = assembly;
        _parts = services.Single(service => service.ServiceType.Name == "ServiceParts").ImplementationInstance!;
    }

    public Assembly PartsAssembly => Part<Assembly>("Assembly");

    public MessageType[] Messages => Part<MessageType[]>("Messages");

    public Handler[] Handlers => Part<Handler[]>("Handlers");

    public object[] Sagas => Part<object[]>("Sagas");

    public object New(string type, params object[] arguments) => Activator.CreateInstance(_assembly.GetType(type, throwOnError: true)!, arguments)!;

    /// <summary>Loads and handles, as the runtime does.</summary>
    public async ValueTask<object?> HandleAsync(object message, params object[] services)
    {
        var handler = Handlers.Single(handler => handler.Message == message.GetType());
        var context = Context(message, services);
        var loaded = handler.Load is null ? null : await handler.Load(context, default);
        return await handler.Handle(context, NoTransaction.Instance, loaded, default);
    }

    public static MessageContext Context(object message, params object[] services)
    {
        var collection = new ServiceCollection();
        foreach (var service in services)
            collection.AddSingleton(service.GetType(), service);
        return new(message, Guid.CreateVersion7(), 1, new Dictionary<string, string>(), collection.BuildServiceProvider());
    }

    private T Part<T>(string name) => (T)_parts.GetType().GetProperty(name)!.GetValue(_parts)!;

    /// <summary>Handlers in these tests never touch the database.</summary>
    internal sealed class NoTransaction : StoreTransaction
    {
        public static readonly NoTransaction Instance = new();

        public override ValueTask<int> ExecuteAsync(Sql sql, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask<List<T>> QueryAsync<T>(Sql sql, Func<System.Data.Common.DbDataReader, T> map, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public override ValueTask<T?> FirstOrDefaultAsync<T>(Sql sql, Func<System.Data.Common.DbDataReader, T> map, CancellationToken cancellationToken = default)
            where T : default => throw new NotSupportedException();

        public override void OnCommitted(Action action) => throw new NotSupportedException();
    }
}
