using Microsoft.Extensions.Configuration;
using Portolan.Hosting.Configuration;

namespace Portolan.Hosting.Tests.Configuration;

public sealed class OptionsReaderTests
{
    [Fact]
    public void Nothing_configured_gives_the_defaults_without_an_error()
    {
        var (options, errors) = Read([]);

        Assert.Empty(errors);
        Assert.Equal("sqlite:.portolan/orders.db", options.Store);
        Assert.Equal("sqlite:.portolan/bus/", options.Bus);
        Assert.Equal("http://127.0.0.1:8500", options.Server);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Heartbeat);
        Assert.False(options.FaultInjection);
    }

    [Fact]
    public void Every_value_is_read()
    {
        var (options, errors) = Read(new()
        {
            ["Store"] = "sqlite:/data/orders.db",
            ["Bus"] = "sqlite:/data/bus/",
            ["Server"] = "http://server:8500",
            ["InstanceId"] = "orders-2",
            ["Heartbeat"] = "00:00:02",
            ["DrainDelay"] = "00:00:00.1",
            ["DrainTimeout"] = "00:00:08",
            ["MaxRequestBodyBytes"] = "4096",
            ["FaultInjection"] = "true",
            ["Messaging:MaximumAttempts"] = "7",
            ["Messaging:DeduplicationWindow"] = "1.00:00:00",
            ["Sagas:CallbackHosts:0"] = "partner.example",
            ["Services:inventory"] = "http://a:1, http://b:2",
            ["Metadata:version"] = "2.1",
            ["Services:payments:0"] = "http://c:3",
        });

        Assert.Empty(errors);
        Assert.Equal("sqlite:/data/orders.db", options.Store);
        Assert.Equal("orders-2", options.InstanceId);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Heartbeat);
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.DrainDelay);
        Assert.Equal(4096, options.MaxRequestBodyBytes);
        Assert.True(options.FaultInjection);
        Assert.Equal(7, options.Messaging.MaximumAttempts);
        Assert.Equal(TimeSpan.FromDays(1), options.Messaging.DeduplicationWindow);
        Assert.Contains("partner.example", options.Sagas.CallbackHosts);
        Assert.Equal(["http://a:1", "http://b:2"], options.Services["inventory"]);
        Assert.Equal(["http://c:3"], options.Services["PAYMENTS"]);
        Assert.Equal("2.1", options.Metadata["version"]);
    }

    [Fact]
    public void How_a_service_is_called_is_read_on_top_of_what_holds_for_all()
    {
        var (options, errors) = Read(new()
        {
            ["Clients:Default:Retry:MaximumAttempts"] = "2",
            ["Clients:inventory:Bulkhead:Concurrency"] = "20",
            ["Clients:inventory:Hedging:Delay"] = "00:00:00.2",
        });

        Assert.Empty(errors);
        var inventory = options.Clients["inventory"];
        Assert.Equal(2, inventory.Retry.MaximumAttempts);
        Assert.Equal((20, 100), (inventory.Bulkhead!.Concurrency, inventory.Bulkhead.QueueLength));
        Assert.Equal(TimeSpan.FromMilliseconds(200), inventory.Hedging!.Delay);
        Assert.Null(options.DefaultClient.Bulkhead);

        (_, errors) = Read(new() { ["Clients:inventory:Bulkhead:Concurrency"] = "none", ["Clients:inventory:Hedging:Percentile"] = "95" });
        Assert.Equal(2, errors.Count);
    }

    [Fact]
    public void Everything_that_is_wrong_is_reported_at_once_with_its_fix()
    {
        var (_, errors) = Read(new()
        {
            ["Heartbeat"] = "10",
            ["DrainTimeout"] = "soon",
            ["DrainDelay"] = "-00:00:01",
            ["MaxRequestBodyBytes"] = "1MB",
            ["FaultInjection"] = "yes",
            ["Messaging:MaximumAttempts"] = "0",
            ["Messaging:RelayBatch"] = "-1",
        });

        Assert.Equal(7, errors.Count);
        Assert.Contains("Portolan:Heartbeat is \"10\"; write a time as hh:mm:ss, such as 00:00:10 for ten seconds.", errors);
        Assert.Contains("Portolan:FaultInjection is \"yes\"; write true or false.", errors);
        Assert.Contains(errors, error => error.StartsWith("Portolan:MaxRequestBodyBytes is \"1MB\"; write a whole number", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("orders", true)]
    [InlineData("orders-2", true)]
    [InlineData("Orders", false)]
    [InlineData("-orders", false)]
    [InlineData("orders-", false)]
    [InlineData("a.b", false)]
    [InlineData("", false)]
    public void A_service_has_a_name_that_fits_a_host(string name, bool good) =>
        Assert.Equal(good, !OptionsRules.Check(name, Read([]).Options).Any());

    [Fact]
    public void Options_that_cannot_work_are_refused_and_no_password_is_repeated()
    {
        var (options, _) = Read(new()
        {
            ["Store"] = "postgres:Host=db;Password=secret",
            ["Bus"] = "bus",
            ["Server"] = "localhost",
            ["Heartbeat"] = "00:00:00.01",
            ["DrainTimeout"] = "30.00:00:00",
        });

        var errors = OptionsRules.Check("orders", options).ToList();

        Assert.Equal(5, errors.Count);
        Assert.DoesNotContain(errors, error => error.Contains("secret", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("Portolan:Store is \"postgres:…\"", StringComparison.Ordinal));
    }

    private static (PortolanOptions Options, List<string> Errors) Read(Dictionary<string, string?> values)
    {
        var errors = new List<string>();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(pair => "Portolan:" + pair.Key, pair => pair.Value)).Build();
        return (OptionsReader.Read(configuration, "orders", errors), errors);
    }
}
