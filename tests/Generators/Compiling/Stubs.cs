namespace Portolan.Generators.Tests.Compiling;

/// <summary>The least of Hosting that generated code names, and a saga whose steps do not matter.</summary>
internal static class Stubs
{
    public const string Usings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Portolan.Core.Database;
        global using Portolan.Core.Handlers;
        global using Portolan.Core.Messages;
        """;

    public const string Hosting =
        """
        namespace Portolan.Hosting
        {
            public sealed class PortolanOptions;

            public sealed class ServiceParts(
                System.Reflection.Assembly assembly, MessageType[] messages, Handler[] handlers, Portolan.Sagas.SagaDefinition[] sagas)
            {
                public System.Reflection.Assembly Assembly { get; } = assembly;
                public MessageType[] Messages { get; } = messages;
                public Handler[] Handlers { get; } = handlers;
                public object[] Sagas { get; } = sagas;
            }

            public static class PortolanHost
            {
                public static Microsoft.AspNetCore.Builder.WebApplicationBuilder Add(
                    Microsoft.AspNetCore.Builder.WebApplicationBuilder builder, string name, ServiceParts parts, Action<PortolanOptions>? configure)
                {
                    builder.Configuration["service"] = name;
                    builder.Services.Add(new(typeof(ServiceParts), parts));
                    return builder;
                }
            }
        }

        namespace Stubs
        {
            public abstract class AnySaga : Portolan.Sagas.Saga<string, string>
            {
                public override string Name => "any";

                public override ValueTask<Portolan.Sagas.SagaStart<string>> StartAsync(string request, IServiceProvider services, CancellationToken t) => new(request);

                protected override void Define(Portolan.Sagas.SagaBuilder<string> saga) { }
            }
        }
        """;

    public const string Program =
        """
        using Microsoft.AspNetCore.Builder;

        public static class Program
        {
            public static void Main() => Build();

            public static object Build() => WebApplication.CreateBuilder().AddPortolan("orders", options => { }).Services;
        }
        """;

    public const string EmptyProgram = "public static class Program { public static void Main() { } }";
}
