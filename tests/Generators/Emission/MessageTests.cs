using Microsoft.CodeAnalysis;
using Portolan.Core.Messages;

namespace Portolan.Generators.Tests.Emission;

public sealed class MessageTests
{
    [Fact]
    public void Every_message_is_found_with_what_its_attribute_says()
    {
        var service = Snippet.Service(
            """
            namespace Shop
            {
                [Event("shop.order-placed.v1")] internal sealed record OrderPlaced;
                public static class Stock
                {
                    [Command("shop.reserve-stock.v2", To = "inventory")] public sealed class Reserve;
                }
            }

            [Event("order-lost.v1")] public sealed record OrderLost;
            """).Start();

        Assert.Equal(
            [
                "order-lost.v1 OrderLost Event ",
                "shop.order-placed.v1 Shop.OrderPlaced Event ",
                "shop.reserve-stock.v2 Shop.Stock+Reserve Command inventory",
            ],
            service.Messages.Select(message => $"{message.Name} {message.Type} {message.Kind} {message.Destination}").Order());
    }

    [Theory]
    [InlineData("string", "\"o-1\"", "o-1")]
    [InlineData("string?", "null", null)]
    [InlineData("Guid", "Guid.Parse(\"01890000-0000-7000-8000-000000000000\")", "01890000-0000-7000-8000-000000000000")]
    [InlineData("int", "-7", "-7")]
    [InlineData("int?", "null", null)]
    [InlineData("decimal", "1.5m", "1.5")]
    [InlineData("DayOfWeek", "DayOfWeek.Friday", "Friday")]
    [InlineData("Uri?", "null", null)]
    [InlineData("Number", "new Number(3)", "#3")]
    public void A_key_is_text_whatever_its_type(string type, string value, string? expected)
    {
        var service = Snippet.Service(
            $$"""
            public readonly record struct Number(int Value) { public override string ToString() => $"#{Value}"; }
            [Event("placed.v1", Key = nameof(@class))] public sealed record Placed { public {{type}} @class { get; } = {{value}}; }
            """).Start();

        var message = Assert.Single(service.Messages);

        Assert.Equal(expected, message.Key!(service.New("Placed")));
    }

    [Fact]
    public void A_key_does_not_depend_on_the_culture()
    {
        var service = Snippet.Service("""[Event("placed.v1", Key = "At")] public sealed record Placed(decimal At);""").Start();
        var before = Thread.CurrentThread.CurrentCulture;
        var comma = (System.Globalization.CultureInfo)before.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            Thread.CurrentThread.CurrentCulture = comma;
            Assert.Equal("1.5", service.Messages[0].Key!(service.New("Placed", 1.5m)));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_key_may_be_a_property_of_the_base_record()
    {
        var service = Snippet.Service(
            """public abstract record Base(string Id); [Event("placed.v1", Key = nameof(Id))] public sealed record Placed(string Id) : Base(Id);""").Start();

        Assert.Equal("o-1", service.Messages[0].Key!(service.New("Placed", "o-1")));
    }

    [Fact]
    public void A_handled_message_of_another_assembly_counts_too()
    {
        var library = Snippet.Compile(
            OutputKind.DynamicallyLinkedLibrary, [], Stubs.Usings, """[Event("shop.placed.v1", Key = "Id")] public sealed record Placed(string Id);""");
        var service = Snippet.Service(
            "public static class Orders { [Handler] public static void Handle(Placed m) { } }", library.ToMetadataReference());

        Assert.Empty(service.Findings);
        Assert.Empty(service.CompilerComplaints);
        Assert.Contains("\"shop.placed.v1\", typeof(global::Placed), global::Portolan.Core.Messages.MessageKind.Event", service.Generated, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_are_those_of_Core() => Assert.Equal(["Event", "Command"], Enum.GetNames<MessageKind>());
}
