using Microsoft.Extensions.Configuration;

namespace Portolan.Hosting.Configuration;

/// <summary>Reads <c>Portolan:…</c>, and collects every value it cannot read.</summary>
internal static class OptionsReader
{
    public static PortolanOptions Read(IConfiguration configuration, string service, List<string> errors)
    {
        var section = configuration.GetSection("Portolan");
        var reader = new ValueReader(section, "Portolan:", errors);
        var options = new PortolanOptions { Store = $"sqlite:.portolan/{service}.db" };
        reader.Text("Store", value => options.Store = value);
        reader.Text("Bus", value => options.Bus = value);
        reader.Text("Server", value => options.Server = value);
        reader.Text("InstanceId", value => options.InstanceId = value);
        reader.Time("Heartbeat", value => options.Heartbeat = value);
        reader.Time("DrainDelay", value => options.DrainDelay = value);
        reader.Time("DrainTimeout", value => options.DrainTimeout = value);
        reader.Number("MaxRequestBodyBytes", value => options.MaxRequestBodyBytes = value);
        reader.Flag("FaultInjection", value => options.FaultInjection = value);
        reader.Number("Messaging:MaximumAttempts", value => options.Messaging.MaximumAttempts = (int)value);
        reader.Time("Messaging:FirstDelay", value => options.Messaging.FirstDelay = value);
        reader.Time("Messaging:MaximumDelay", value => options.Messaging.MaximumDelay = value);
        reader.Time("Messaging:DeduplicationWindow", value => options.Messaging.DeduplicationWindow = value);
        reader.Number("Messaging:RelayBatch", value => options.Messaging.RelayBatch = (int)value);
        reader.Number("Sagas:MaximumAttempts", value => options.Sagas.MaximumAttempts = (int)value);
        reader.Time("Sagas:FirstDelay", value => options.Sagas.FirstDelay = value);
        reader.Time("Sagas:MaximumDelay", value => options.Sagas.MaximumDelay = value);
        reader.Time("Sagas:Retention", value => options.Sagas.Retention = value);
        reader.List("Sagas:CallbackHosts", options.Sagas.CallbackHosts);
        Services(section, options.Services);
        foreach (var fact in section.GetSection("Metadata").GetChildren().Where(fact => fact.Value is not null))
        {
            options.Metadata[fact.Key] = fact.Value!;
        }

        ClientReader.Read(section.GetSection("Clients"), options, errors);
        return options;
    }

    // One address, or a list of them: Portolan:Services:inventory = http://127.0.0.1:5001
    private static void Services(IConfiguration section, IDictionary<string, string[]> services)
    {
        foreach (var entry in section.GetSection("Services").GetChildren())
        {
            services[entry.Key] = entry.Value is { } one
                ? one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [.. entry.GetChildren().Select(child => child.Value ?? "")];
        }
    }
}
