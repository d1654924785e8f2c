namespace Portolan.Generators.Tests.Emission;

public sealed class HandlerTests
{
    private const string Messages =
        """
        namespace Shop;

        [Command("shop.place-order.v1", Key = nameof(OrderId))] public sealed record PlaceOrder(string OrderId);
        [Event("shop.order-placed.v1")] public sealed record OrderPlaced(string Text);
        [Event("shop.order-counted.v1")] public sealed record OrderCounted(int Count);
        public sealed record Customer(string Name);
        public sealed record Price(decimal Amount);
        public sealed class Clock { public string Now => "noon"; }

        """;

    [Theory]
    [InlineData("OrderPlaced Handle(PlaceOrder m) => new(m.OrderId);")]
    [InlineData("OrderPlaced? Handle(PlaceOrder m) => new(m.OrderId);")]
    [InlineData("async Task<OrderPlaced> Handle(PlaceOrder m) { await Task.Yield(); return new(m.OrderId); }")]
    [InlineData("async ValueTask<OrderPlaced?> Handle(PlaceOrder m) { await Task.Yield(); return new(m.OrderId); }")]
    [InlineData("ValueTask<object?> Handle(PlaceOrder m) => new(new OrderPlaced(m.OrderId));")]
    [InlineData("ValueTask<object> Handle(PlaceOrder m) => new(new OrderPlaced(m.OrderId));")]
    [InlineData("object Handle(PlaceOrder m) => new OrderPlaced(m.OrderId);")]
    public async Task What_a_handler_returns_comes_out(string method)
    {
        var service = Start($"public static class Orders {{ [Handler] public static {method} }}");

        var result = await service.HandleAsync(service.New("Shop.PlaceOrder", "o-1"));

        Assert.Equal("OrderPlaced { Text = o-1 }", result!.ToString());
    }

    [Theory]
    [InlineData("void Handle(PlaceOrder m) { Seen.Add(m.OrderId); }")]
    [InlineData("async Task Handle(PlaceOrder m) { await Task.Yield(); Seen.Add(m.OrderId); }")]
    [InlineData("async ValueTask Handle(PlaceOrder m) { await Task.Yield(); Seen.Add(m.OrderId); }")]
    public async Task A_handler_without_a_result_runs_and_publishes_nothing(string method)
    {
        var service = Start($"public static class Orders {{ public static List<string> Seen = new(); [Handler] public static {method} }}");

        Assert.Null(await service.HandleAsync(service.New("Shop.PlaceOrder", "o-1")));

        var seen = service.PartsAssembly.GetType("Shop.Orders")!.GetField("Seen")!.GetValue(null);
        Assert.Equal(["o-1"], Assert.IsType<List<string>>(seen));
    }

    [Theory]
    [InlineData("(OrderPlaced, OrderCounted?) Handle(PlaceOrder m) => (new(m.OrderId), null);", "(OrderPlaced { Text = o-1 }, )")]
    [InlineData("async Task<(OrderPlaced A, OrderCounted B)?> Handle(PlaceOrder m) { await Task.Yield(); return (new(m.OrderId), new(1)); }", "(OrderPlaced { Text = o-1 }, OrderCounted { Count = 1 })")]
    [InlineData("(OrderPlaced, OrderCounted)? Handle(PlaceOrder m) => null;", "")]
    [InlineData("IEnumerable<object> Handle(PlaceOrder m) => [new OrderPlaced(m.OrderId)];", "[OrderPlaced { Text = o-1 }]")]
    [InlineData("OrderPlaced[] Handle(PlaceOrder m) => [new OrderPlaced(m.OrderId)];", "[OrderPlaced { Text = o-1 }]")]
    [InlineData("Rejection Handle(PlaceOrder m) => new(\"NO\", m.OrderId);", "Rejection { Code = NO, Message = o-1 }")]
    public async Task Several_messages_come_out_as_the_handler_returned_them(string method, string expected)
    {
        var service = Start($"public static class Orders {{ [Handler] public static {method} }}");

        var result = await service.HandleAsync(service.New("Shop.PlaceOrder", "o-1"));

        var text = result is System.Collections.IEnumerable all ? $"[{string.Join(", ", all.Cast<object>())}]" : $"{result}";
        Assert.Equal(expected, text);
    }

    [Fact]
    public async Task Parameters_are_filled_by_type()
    {
        var service = Start(
            """
            public static class Orders
            {
                [Handler] public static OrderPlaced Handle(
                    PlaceOrder m, Clock clock, CancellationToken cancellationToken, MessageContext context, StoreTransaction store) =>
                    new($"{m.OrderId} {clock.Now} {context.Attempt} {cancellationToken.CanBeCanceled} {store.GetType().Name}");
            }
            """);

        var result = await service.HandleAsync(service.New("Shop.PlaceOrder", "o-1"), service.New("Shop.Clock"));

        Assert.Equal("OrderPlaced { Text = o-1 noon 1 False NoTransaction }", result!.ToString());
    }

    [Fact]
    public async Task A_missing_service_fails_with_its_name()
    {
        var service = Start("public static class Orders { [Handler] public static void Handle(PlaceOrder m, Clock clock) { } }");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await service.HandleAsync(service.New("Shop.PlaceOrder", "o-1")));

        Assert.Contains("Shop.Clock", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("async Task<Customer> LoadAsync(PlaceOrder m, Clock clock)", "new Customer(clock.Now)", "Customer customer", "customer.Name")]
    [InlineData("async ValueTask<Customer?> LoadAsync(PlaceOrder m, MessageContext c, CancellationToken t)", "new Customer(\"noon\")", "Customer? customer", "customer!.Name")]
    [InlineData("async Task<(Price, Customer)> LoadAsync(PlaceOrder m)", "(new Price(1), new Customer(\"noon\"))", "Customer customer, Price price", "customer.Name")]
    [InlineData("async Task<(Price?, Customer?)> LoadAsync(PlaceOrder m)", "(null, new Customer(\"noon\"))", "Price? price, Customer? customer", "customer!.Name + price")]
    [InlineData("async Task<(string A, string B)> LoadAsync(PlaceOrder m)", "(\"midnight\", \"noon\")", "string b, string a", "b")]
    [InlineData("async Task<(string, string)> LoadAsync(PlaceOrder m)", "(\"noon\", \"midnight\")", "string first, string second", "first")]
    [InlineData("async Task<(string, int)> LoadAsync(PlaceOrder m)", "(\"noon\", 1)", "(string, int) both", "both.Item1")]
    [InlineData("async Task<string> LoadAsync(PlaceOrder m)", "\"noon\"", "string text", "text")]
    [InlineData("async Task<int?> LoadAsync(PlaceOrder m)", "(int?)null", "int? number", "(number is null ? \"noon\" : \"\")")]
    public async Task What_was_loaded_reaches_the_parameters_it_fits(string load, string loaded, string parameters, string text)
    {
        var service = Start(
            $$"""
            public static class Orders
            {
                public static {{load}} { await Task.Yield(); return {{loaded}}; }
                [Handler] public static OrderPlaced Handle(PlaceOrder m, {{parameters}}) => new({{text}});
            }
            """);

        var result = await service.HandleAsync(service.New("Shop.PlaceOrder", "o-1"), service.New("Shop.Clock"));

        Assert.Equal("OrderPlaced { Text = noon }", result!.ToString());
    }

    [Fact]
    public void A_handler_is_named_by_its_class_and_message()
    {
        var service = Start(
            """
            public static class Orders
            {
                internal static class @in
                {
                    [Handler(Idempotent = true)] internal static void Handle(PlaceOrder @event) { }
                    [Handler] internal static void Handle(OrderPlaced @event) { }
                }
            }
            """);

        Assert.Equal(
            ["Shop.Orders.in.OrderPlaced False", "Shop.Orders.in.PlaceOrder True"],
            service.Handlers.Select(handler => $"{handler.Name} {handler.Idempotent}"));
    }

    [Fact]
    public void A_synchronous_handler_gets_no_state_machine()
    {
        var compiled = Snippet.Service(Messages + "public static class Orders { [Handler] public static OrderPlaced Handle(PlaceOrder m) => new(m.OrderId); }");

        Assert.DoesNotContain("async", compiled.Generated, StringComparison.Ordinal);
    }

    private static Service Start(string source)
    {
        var compiled = Snippet.Service(Messages + source);
        Assert.Empty(compiled.Findings);
        return compiled.Start();
    }
}
