using Microsoft.CodeAnalysis;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Generators.Symbols;
using Portolan.Sagas;

namespace Portolan.Generators.Tests.Emission;

public sealed class ServiceTests
{
    [Fact]
    public void A_service_without_anything_gets_its_AddPortolan_too()
    {
        var service = Snippet.Service("").Start();

        Assert.Empty(service.Messages);
        Assert.Empty(service.Handlers);
        Assert.Empty(service.Sagas);
        Assert.StartsWith("Snippet", service.PartsAssembly.GetName().Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Sagas_are_created_direct_or_not_and_once()
    {
        var service = Snippet.Service(
            """
            using Portolan.Sagas;

            public sealed class CreateOrder : Saga<string, Uri>
            {
                public override string Name => "create-order";
                public override ValueTask<SagaStart<Uri>> StartAsync(string request, IServiceProvider services, CancellationToken t) => new(new Uri(request));
                protected override void Define(SagaBuilder<Uri> saga) { }
            }

            public abstract class Base : Stubs.AnySaga;
            internal sealed partial class Return : Base;
            internal sealed partial class Return : IDisposable { public void Dispose() { } }
            internal sealed class Other : List<int>;
            """).Start();

        Assert.Equal(["CreateOrder", "Return"], service.Sagas.Select(saga => saga.GetType().Name));
    }

    [Fact]
    public void The_names_the_generator_knows_are_those_of_the_rooms() =>
        Assert.Equal(
            [KnownTypes.Handler, KnownTypes.Event, KnownTypes.Command, KnownTypes.StoreTransaction, KnownTypes.MessageContext, KnownTypes.Saga],
            new[]
            {
                typeof(HandlerAttribute), typeof(EventAttribute), typeof(CommandAttribute), typeof(StoreTransaction), typeof(MessageContext), typeof(SagaDefinition),
            }.Select(type => type.FullName));

    [Fact]
    public void A_library_gets_nothing_and_a_warning_at_its_handlers()
    {
        var compiled = Snippet.Run(Snippet.Compile(
            OutputKind.DynamicallyLinkedLibrary, [], Stubs.Usings, Stubs.Hosting,
            """[Event("placed.v1")] public sealed record Placed; public static class Orders { [Handler] public static void Handle(Placed m) { } }"""));

        Assert.Null(compiled.Generated);
        Assert.Equal(["PORT013 Warning Handle"], compiled.Findings);
    }

    [Fact]
    public void A_program_without_the_host_gets_nothing()
    {
        var compiled = Snippet.Run(Snippet.Compile(OutputKind.ConsoleApplication, [], Stubs.Usings, Stubs.EmptyProgram, ""));

        Assert.Null(compiled.Generated);
        Assert.Empty(compiled.CompilerComplaints);
    }

    [Fact]
    public void A_test_project_that_sees_the_internals_of_a_service_has_one_AddPortolan()
    {
        var orders = Snippet.Run(Snippet.Compile(
            OutputKind.ConsoleApplication, [], Stubs.Usings, Stubs.Hosting, Stubs.Program,
            """[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Tests")] [Event("placed.v1")] public sealed record Placed;"""));
        using var image = new MemoryStream();
        Assert.True(orders.Output.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        var reference = MetadataReference.CreateFromImage(image.ToArray());

        var tests = Snippet.Run(Snippet.Compile(
            OutputKind.ConsoleApplication, [reference], Stubs.Usings,
            """
            using Microsoft.AspNetCore.Builder;
            internal static class Tests { public static void Main() => WebApplication.CreateBuilder().AddPortolan("tests"); }
            """).WithAssemblyName("Tests"));

        Assert.NotNull(tests.Generated);
        Assert.Empty(tests.CompilerComplaints);
    }

    [Fact]
    public void An_obsolete_handler_does_not_break_the_build()
    {
        var compiled = Snippet.Service(
            """[Obsolete("old")] [Event("placed.v1")] public sealed record Placed; [Obsolete("old")] public static class Orders { [Handler] public static void Handle(Placed m) { } }""");

        Assert.Empty(compiled.CompilerComplaints);
    }
}
