using Portolan.Core.Addresses;

namespace Portolan.Core.Tests.Addresses;

public sealed class AddressTests
{
    [Theory]
    [InlineData("sqlite:.portolan/orders.db", "sqlite", ".portolan/orders.db")]
    [InlineData("postgres:Host=db;Database=orders", "postgres", "Host=db;Database=orders")]
    [InlineData("rabbitmq:amqp://guest@host:5672/", "rabbitmq", "amqp://guest@host:5672/")]
    [InlineData(" SQLite : a b.db ", "sqlite", "a b.db")]
    public void An_address_is_split_at_its_first_colon(string text, string scheme, string location)
    {
        Assert.True(Address.TryParse(text, out var address));
        Assert.Equal(new Address(scheme, location), address);
        Assert.Equal($"{scheme}:{location}", address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("orders.db")]
    [InlineData(":orders.db")]
    [InlineData(" :orders.db")]
    [InlineData("sqlite:")]
    [InlineData("sqlite:  ")]
    public void Text_without_a_scheme_or_with_nothing_behind_it_is_no_address(string? text) =>
        Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void A_relative_path_lies_under_the_root_and_an_absolute_one_where_it_says()
    {
        Assert.Equal(Path.GetFullPath("/srv/shop/.portolan/orders.db"), new Address("sqlite", ".portolan/orders.db").PathUnder("/srv/shop"));
        Assert.Equal(Path.GetFullPath("/data/orders.db"), new Address("sqlite", "/data/orders.db").PathUnder("/srv/shop"));
    }
}
