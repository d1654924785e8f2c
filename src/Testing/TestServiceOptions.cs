using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Database;
using Portolan.Messaging;
using Portolan.Sagas;

namespace Portolan.Testing;

/// <summary>What one service of a <see cref="TestPlatform"/> can be told.</summary>
public sealed class TestServiceOptions
{
    /// <summary>Messages.</summary>
    public MessagingOptions Messaging { get; } = new();

    /// <summary>Sagas.</summary>
    public SagaOptions Sagas { get; } = new();

    /// <summary>Services the handlers take; also loggers.</summary>
    public IServiceCollection Services { get; } = new ServiceCollection();

    /// <summary>JSON contracts of messages and saga states, for services without reflection.</summary>
    public IList<IJsonTypeInfoResolver> Json { get; } = [];

    /// <summary>Migrations beside those embedded in the service's assembly.</summary>
    public IList<Migration> Migrations { get; } = [];

    /// <summary>Adds a migration of SQL statements, each ended by a semicolon at the end of a line.</summary>
    public TestServiceOptions Schema(string statements)
    {
        Migrations.Add(Migration.FromSql($"test-{Migrations.Count + 1}", statements));
        return this;
    }
}
