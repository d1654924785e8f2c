using Portolan.Cli.SystemFile;

namespace Portolan.Cli.Tests.SystemFile;

public sealed class SystemFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SystemFileTests()
    {
        folder.Write("orders/orders.csproj", "<Project />");
        folder.Write("stock/stock.csproj", "<Project />");
        folder.Write("two/a.csproj", "<Project />");
        folder.Write("two/b.csproj", "<Project />");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_short_file_has_sensible_defaults()
    {
        var system = Read("services:\n  orders:\n    project: orders\n");

        Assert.Equal(Path.GetFileName(folder.Path), system.Name);
        Assert.Equal(8500, system.ServerPort);
        Assert.Null(system.Gateway);
        var orders = Assert.Single(system.Services);
        Assert.Equal(("orders", folder["orders/orders.csproj"], 1, null), (orders.Name, orders.Project, orders.Instances, orders.Port));
        Assert.Empty(orders.Environment);
    }

    [Fact]
    public void Everything_that_a_file_may_say_is_read()
    {
        var system = Read("""
            name: shop
            services:
              orders:
                project: orders/orders.csproj
                instances: 2
                port: 5101
                environment: { KEY: value, NUMBER: 5 }
              stock: { project: stock }
            gateway:
              port: 9090
              routes:
                - path: /api/orders/{id}/details
                  methods: [get]
                  compose:
                    order: { service: orders, path: "/orders/{id}" }
                    products: { service: stock, path: "/products/{item.productId}", each: order.items, optional: true }
                    product: { first: products }
                - path: /api/orders/{**rest}
                  service: orders
                  rewrite: /orders/{**rest}
            server: { port: 8600 }
            """);

        Assert.Equal(("shop", 8600, 9090), (system.Name, system.ServerPort, system.Gateway!.Port));
        Assert.Equal((2, 5101, "5"), (system.Services[0].Instances, system.Services[0].Port!.Value, system.Services[0].Environment["NUMBER"]));
        var routes = system.Gateway.Config.Routes;
        Assert.Equal(["GET"], routes[0].Methods);
        Assert.Equal(["order", "products", "product"], routes[0].Compose!.Select(part => part.Name));
        Assert.Equal(("order.items", true), (routes[0].Compose![1].Each, routes[0].Compose![1].Optional));
        Assert.Equal(("orders", "/orders/{**rest}"), (routes[1].Service, routes[1].Rewrite));
    }

    [Fact]
    public void Routes_may_name_a_service_that_runs_elsewhere_when_it_has_addresses()
    {
        var system = Read(Gateway("path: /a, service: old-shop") + "  services: { old-shop: { addresses: [127.0.0.1:9000] } }\n");

        Assert.Equal("old-shop", Assert.Single(system.Gateway!.Config.Routes).Service);
    }

    // What the file says, and the one problem that is told about it.
    public static TheoryData<string, string> Mistakes => new()
    {
        { "", "1:1: the file is empty; expected a mapping with 'services'." },
        { "- a", "1:1: expected the system as a mapping (key: value), found a list." },
        { "name: shop", "1:1: the system needs 'services': a mapping of names to projects." },
        { "services:\n  orders: { project: orders, instanced: 2 }", "2:30: unknown key 'instanced' in service 'orders'; did you mean 'instances'?" },
        { "services:\n  orders: { project: orders, colour: red }", "2:30: unknown key 'colour' in service 'orders'; it takes project, command, folder, health, instances, port, environment." },
        { "service:\n  orders: { project: orders }\nservices: {}", "1:1: unknown key 'service' in the system; did you mean 'services'?" },
        { "services:\n  orders: { instances: 2 }", "2:11: service 'orders' needs 'project': the path of its project file." },
        { "services:\n  orders: { project: orders, instances: two }", "2:41: expected a whole number from 1 to 32 as 'instances', found 'two'." },
        { "services:\n  orders: { project: orders, instances: 33 }", "2:41: expected a whole number from 1 to 32 as 'instances', found '33'." },
        { "services:\n  orders: { project: orders, port: 70000 }", "2:36: expected a whole number from 1 to 65535 as 'port', found '70000'." },
        { "services:\n  orders: { project: orders, environment: [a] }", "2:43: expected environment as a mapping (key: value), found a list." },
        { "services:\n  orders: { project: [orders] }", "2:22: expected the path of its project file as 'project', found a list." },
        { "services:\n  Orders: { project: orders }", "2:3: expected a service name of lower-case letters, digits and hyphens, found 'Orders'." },
        { "services:\n  gateway: { project: orders }", "2:3: 'gateway' is Portolan's own name; call the service something else." },
        { "services:\n  orders: { project: order }", "2:22: there is no project 'order'; did you mean 'orders'?" },
        { "services:\n  orders: { project: orders/order.csproj }", "2:22: there is no project 'orders/order.csproj'; did you mean 'orders/orders.csproj'?" },
        { "services:\n  orders: { project: two }", "2:22: expected one project file in the folder 'two', found 2; name the file." },
        { "services:\n\torders: { project: orders }", "2:1: this line is indented with a tab; YAML takes spaces only." },
        { "services:\n  orders: { project: orders\n", "2:11: this '{' is never closed; add '}'." },
        { "services:\n  orders: { project: orders }\n  orders: { project: stock }", "3:3: this is not YAML: duplicate key orders." },
        { "services:\n  orders: { project: orders, port: 8500 }", "2:36: orders-1 and the server both have port 8500; give one of them another." },
        { "services:\n  orders: { project: orders, port: 5000, instances: 2 }\n  stock: { project: stock, port: 5001 }", "3:34: stock-1 and orders-2 both have port 5001; give one of them another." },
        { "services:\n  orders: { project: orders, port: 65535, instances: 2 }", "2:36: 'orders' has 2 instances from port 65535 on, which ends beyond 65535; choose a lower port." },
        { Gateway("path: /a, service: order"), "4:28: there is no service 'order'; did you mean 'orders'?" },
        { Gateway("path: /a"), "4:7: a route needs 'service', 'split', 'strangler' or 'compose'." },
        { Gateway("path: a, service: orders"), "4:15: " },
        { Gateway("path: \"/a/{id}\", service: orders, rewrite: \"/b/{name}\""), "4:52: {name} is no part of the route's path /a/{id}." },
        { Gateway("path: /a, compose: { order: { service: orders, path: /a, optional: maybe } }"), "4:76: expected true or false as 'optional', found 'maybe'." },
        { Gateway("path: /a, compose: { order: { service: orders, path: \"/a/{stock.id}\" } }"), "4:62: {stock.id} is neither a value of the route, nor a field of another part; {item…} needs 'each'." },
        { Gateway("path: /a, service: orders") + "  services: { order: { timeout: 5s } }\n", "5:15: there is no service 'order' in this system; did you mean 'orders'? Give it 'addresses' if it runs elsewhere." },
        { Gateway("path: /a, services: orders"), "4:19: unknown key 'services' in a route; did you mean 'service'?" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_with_its_place_and_what_was_expected(string text, string expected)
    {
        var message = Assert.Throws<CliException>(() => Read(text)).Message;

        Assert.Contains(message.Split('\n'), line => line.StartsWith(folder["system.yaml"], StringComparison.Ordinal) && line.Contains(expected));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file()
    {
        var message = Assert.Throws<CliException>(() => Read("""
            naem: shop
            services:
              orders: { project: nowhere, instances: 0 }
              Stock: { project: stock }
            gateway: { port: x }
            """)).Message;

        Assert.Equal(["1:1", "3:22", "3:42", "4:3", "5:18"], message.Split('\n').Select(line => line[(folder["system.yaml"].Length + 1)..].Split(": ")[0]));
    }

    [Fact]
    public void A_folder_without_a_system_is_told()
    {
        using var empty = new TemporaryFolder();

        Assert.StartsWith("There is no system.yaml in ", Assert.Throws<CliException>(() => SystemFileReader.ReadFolder(empty.Path)).Message, StringComparison.Ordinal);
    }

    private static string Gateway(string route) => $"services: {{ orders: {{ project: orders }} }}\ngateway:\n  routes:\n    - {{ {route} }}\n";

    private SystemConfig Read(string text)
    {
        folder.Write("system.yaml", text);
        return SystemFileReader.ReadFolder(folder.Path);
    }
}
