namespace Portolan.Generators.Tests.Diagnostics;

public sealed class DiagnosticTests
{
    private const string Messages =
        """
        namespace Shop;

        [Command("shop.place-order.v1")] public sealed record PlaceOrder(string OrderId);
        [Event("shop.order-placed.v1")] public sealed record OrderPlaced(string Text);
        public sealed record Customer(string Name);
        public sealed class Clock;
        public struct Point;

        """;

    [Theory]
    [InlineData("[Handler] public static void Place(PlaceOrder m) { }", "PORT001 Error Place")]
    [InlineData("[Handler] public static void Handle() { }", "PORT001 Error Handle")]
    [InlineData("[Handler] public static void Handle(Clock clock, PlaceOrder m) { }", "PORT001 Error clock")]
    [InlineData("[Handler] public static void Handle(object m) { }", "PORT001 Error m")]
    [InlineData("[Handler] public void Handle(PlaceOrder m) { }", "PORT002 Error Handle")]
    [InlineData("[Handler] static void Handle(PlaceOrder m) { }", "PORT003 Error Handle")]
    [InlineData("[Handler] protected static void Handle(PlaceOrder m) { }", "PORT003 Error Handle")]
    [InlineData("[Handler] public static void Handle<T>(PlaceOrder m) { }", "PORT003 Error Handle")]
    [InlineData("private class Inner { [Handler] public static void Handle(PlaceOrder m) { } }", "PORT003 Error Handle")]
    [InlineData("public class Inner<T> { [Handler] public static void Handle(PlaceOrder m) { } }", "PORT003 Error Handle")]
    [InlineData("void Outer() { [Handler] static void Handle(PlaceOrder m) { } }", "PORT003 Error Handle")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, ref Clock clock) { }", "PORT004 Error clock")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, in Clock clock) { }", "PORT004 Error clock")]
    [InlineData("[Handler] public static void Handle(in PlaceOrder m) { }", "PORT004 Error m")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, params Clock[] clocks) { }", "PORT004 Error clocks")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, string text) { }", "PORT004 Error text")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, int number) { }", "PORT004 Error number")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, Guid? id) { }", "PORT004 Error id")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, object thing) { }", "PORT004 Error thing")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, dynamic thing) { }", "PORT004 Error thing")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, Clock[] clocks) { }", "PORT004 Error clocks")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m, OrderPlaced other) { }", "PORT004 Error other")]
    [InlineData("[Handler] public static int Handle(PlaceOrder m) => 1;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static Task<string> Handle(PlaceOrder m) => null!;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static Point Handle(PlaceOrder m) => default;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static int? Handle(PlaceOrder m) => null;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static (OrderPlaced, bool) Handle(PlaceOrder m) => default;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static List<string> Handle(PlaceOrder m) => [];", "PORT006 Error Handle")]
    [InlineData("[Handler] public static Point[] Handle(PlaceOrder m) => [];", "PORT006 Error Handle")]
    [InlineData("[Handler] public static Task<Task<OrderPlaced>> Handle(PlaceOrder m) => null!;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static IAsyncEnumerable<OrderPlaced> Handle(PlaceOrder m) => null!;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static Action Handle(PlaceOrder m) => null!;", "PORT006 Error Handle")]
    [InlineData("[Handler] public static async void Handle(PlaceOrder m) => await Task.Yield();", "PORT006 Error Handle")]
    [InlineData("[Handler] public static void Handle(PlaceOrder m) { } public static void Handle(OrderPlaced m) { }", "PORT011 Warning Handle")]
    public void A_handler_that_is_not_understood_is_reported_where_it_stands(string member, string finding) =>
        Assert.Equal([finding], Snippet.Service($"{Messages}public class Orders {{ {member} }}").Findings);

    [Theory]
    [InlineData("public Task<Customer> LoadAsync(PlaceOrder m) => null!;", "Customer c", "PORT002 Error LoadAsync")]
    [InlineData("static Task<Customer> LoadAsync(PlaceOrder m) => null!;", "Customer c", "PORT003 Error LoadAsync")]
    [InlineData("public static Task<Customer> LoadAsync<T>(PlaceOrder m) => null!;", "Customer c", "PORT003 Error LoadAsync")]
    [InlineData("public static Task<Customer> LoadAsync(PlaceOrder m, string text) => null!;", "Customer c", "PORT004 Error text")]
    [InlineData("public static Task<Customer> LoadAsync(PlaceOrder m, StoreTransaction store) => null!;", "Customer c", "PORT004 Error store")]
    [InlineData("public static Task<Customer> LoadAsync(PlaceOrder m) => null!;", "Clock c", "PORT005 Warning LoadAsync")]
    [InlineData("public static Task<(Customer, Point)> LoadAsync(PlaceOrder m) => null!;", "Customer c", "PORT005 Warning LoadAsync")]
    [InlineData("public static Task<Customer> LoadAsync(OrderPlaced m) => null!;", "Clock c", "PORT005 Warning LoadAsync")]
    [InlineData("public static Task LoadAsync(PlaceOrder m) => null!;", "Clock c", "PORT006 Error LoadAsync")]
    [InlineData("public static Customer LoadAsync(PlaceOrder m) => null!;", "Clock c", "PORT006 Error LoadAsync")]
    [InlineData("public static Task<Clock> LoadAsync(PlaceOrder m) => null!; public static Task<Customer> LoadAsync(PlaceOrder m, Clock c) => null!;", "Clock c", "PORT008 Error LoadAsync")]
    [InlineData("public static Task<Customer?> LoadAsync(PlaceOrder m) => null!;", "Customer c", "PORT012 Warning c")]
    [InlineData("public static Task<(Customer?, Point)> LoadAsync(PlaceOrder m) => null!;", "Customer c, Point p", "PORT012 Warning c")]
    public void A_LoadAsync_that_does_not_fit_is_reported(string load, string parameters, string finding) =>
        Assert.Equal([finding], Snippet.Service($"{Messages}public class Orders {{ {load} [Handler] public static void Handle(PlaceOrder m, {parameters}) {{ }} }}").Findings);

    [Fact]
    public void A_LoadAsync_without_any_handler_is_reported() =>
        Assert.Equal(["PORT005 Warning LoadAsync"], Snippet.Service(Messages + "public class Orders { public static Task<Clock> LoadAsync(PlaceOrder m) => null!; }").Findings);

    [Theory]
    [InlineData("[Handler] public static void Handle(PlaceOrder m) { } [Handler] public static void Handle(PlaceOrder m, Clock c) { }", "has a second handler for 'PlaceOrder'")]
    [InlineData("public sealed class Inner { [Command(\"other.v1\")] public sealed record PlaceOrder; } [Handler] public static void Handle(PlaceOrder m) { } [Handler] public static void Handle(Inner.PlaceOrder m) { }", "two messages called 'PlaceOrder'")]
    public void Two_handlers_that_the_inbox_could_not_tell_apart_are_reported(string members, string message)
    {
        var compiled = Snippet.Service($"{Messages}public static class Orders {{ {members} }}");

        Assert.Contains(message, compiled.Message("PORT008"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[Event("Shop.OrderPlaced")] public sealed record M;""", "such as \"shop.order-placed.v1\"")]
    [InlineData("""[Event("shop.order-placed")] public sealed record M;""", "such as \"shop.order-placed.v1\"")]
    [InlineData("""[Event("shop.order-placed.v")] public sealed record M;""", "PORT007")]
    [InlineData("""[Event("shop.order_placed.v1")] public sealed record M;""", "such as \"shop.order-placed.v1\"")]
    [InlineData("""[Event("v1")] public sealed record M;""", "PORT007")]
    [InlineData("""[Event("shop..placed.v1")] public sealed record M;""", "such as \"shop.placed.v1\"")]
    [InlineData("""[Event("shop.placed.v01")] public sealed record M;""", "PORT007")]
    [InlineData("""[Event("shop.placed.v1\n")] public sealed record M;""", "PORT007")]
    [InlineData("""[Event("")] public sealed record OrderPlaced;""", "such as \"order-placed.v1\"")]
    [InlineData("""[Event(null!)] public sealed record OrderPlaced;""", "PORT007")]
    public void A_malformed_wire_name_is_reported_at_its_attribute(string source, string expected)
    {
        var compiled = Snippet.Service(source);

        var attribute = source[1..source.IndexOf(']', StringComparison.Ordinal)];
        Assert.Equal([$"PORT007 Error {attribute}"], compiled.Findings);
        Assert.Contains(expected, $"PORT007 {compiled.Message("PORT007")}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_wire_name_used_twice_is_reported_at_the_second()
    {
        var compiled = Snippet.Service("""[Event("a.v1")] public sealed record First; [Command("a.v1")] public sealed record Second;""");

        Assert.Equal(["""PORT007 Error Command("a.v1")"""], compiled.Findings);
        Assert.Contains("'Second' already belongs to 'First'", compiled.Message("PORT007"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""public class Outer { [Event("a.v1")] private sealed record M; }""", "PORT003 Error M")]
    [InlineData("""[Event("a.v1")] file sealed record M;""", "PORT003 Error M")]
    [InlineData("""[Event("a.v1")] public sealed record M<T>;""", "PORT003 Error M")]
    [InlineData("""[Event("a.v1")] public abstract record M;""", "PORT003 Error M")]
    [InlineData("""[Event("a.v1", Key = "Id")] public sealed record M(string Name);""", "PORT009 Error Event(\"a.v1\", Key = \"Id\")")]
    [InlineData("""[Event("a.v1", Key = "Id")] public sealed record M { private string Id => ""; }""", "PORT009 Error Event(\"a.v1\", Key = \"Id\")")]
    public void A_message_that_is_not_sound_is_reported(string source, string finding) =>
        Assert.Equal([finding], Snippet.Service(source).Findings);

    [Theory]
    [InlineData("public sealed class Create(int x) : AnySaga { public int X => x; }", "PORT010 Error Create")]
    [InlineData("public sealed class Create : AnySaga { private Create() { } }", "PORT010 Error Create")]
    [InlineData("public sealed class Create<T> : AnySaga;", "PORT010 Error Create")]
    [InlineData("file sealed class Create : AnySaga;", "PORT010 Error Create")]
    [InlineData("public sealed class Create : AnySaga { public required int X { get; init; } }", "PORT010 Error Create")]
    public void A_saga_that_cannot_be_created_is_reported(string source, string finding)
    {
        var compiled = Snippet.Service("using Stubs;\n" + source);

        Assert.Equal([finding], compiled.Findings);
        Assert.Empty(compiled.CompilerComplaints);
    }

    [Fact]
    public void What_is_sound_is_emitted_beside_what_is_not()
    {
        var compiled = Snippet.Service(
            Messages +
            """
            [Event("Bad Name", Key = "Nothing")] public sealed record Bad;
            public class Orders
            {
                [Handler] public static void Handle(PlaceOrder m) { }
                [Handler] public static void Handle(Bad m, int number) { }
                [Handler] private static void Handle(OrderPlaced m) { }
            }
            """);

        Assert.Equal(["PORT003", "PORT004", "PORT007", "PORT009"], compiled.Diagnostics.Select(diagnostic => diagnostic.Id).Order());
        Assert.Equal(["Shop.Orders.PlaceOrder"], compiled.Start().Handlers.Select(handler => handler.Name));
    }

    [Fact]
    public void Code_that_does_not_compile_does_not_stop_the_generator()
    {
        var compiled = Snippet.Service(
            """
            [Event] public sealed record A;
            [Event("b.v1", Key = Nothing)] public sealed record B;
            public class Orders { [Handler] public static Unknown Handle(B m, Missing missing, ) { } [Handler] public static void Handle(Gone m) }
            public class Create : Portolan.Sagas.Saga<
            """);

        Assert.Empty(compiled.Findings);
        Assert.Contains("\"b.v1\"", compiled.Generated, StringComparison.Ordinal);
    }
}
