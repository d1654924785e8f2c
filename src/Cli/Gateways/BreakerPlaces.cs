using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;

namespace Portolan.Cli.Gateways;

/// <summary>
/// Where circuit breakers are: the server knows those of services, the gateway has its own. What is named alone is asked alone,
/// because the other one may be of another system.
/// </summary>
internal sealed class BreakerPlaces(CommandContext context, Option<string?> server, Option<string?> gateway)
{
    /// <summary>In place of a service's name, which nothing else of a system may have.</summary>
    public const string Gateway = "gateway";

    // A terminal is no page: times and names are shown as they are.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string OfGateway = "/portolan/breakers";

    /// <summary>The breakers of a service or of the gateway; of all, without a name.</summary>
    public async Task<string> ListAsync(ParseResult parsed, string? service, CancellationToken cancellationToken)
    {
        var (named, namedGateway) = (parsed.GetValue(server), parsed.GetValue(gateway));
        var ofServices = service is null ? named is not null || namedGateway is null : service != Gateway;
        var ofGateway = service is null
            ? namedGateway is not null || (named is null && context.Index.Running() is not [{ State.Gateway: null }])
            : service == Gateway;
        if (!ofGateway)
        {
            return await OfServicesAsync(named, service, cancellationToken);
        }

        var list = ofServices ? Parse(await OfServicesAsync(named, null, cancellationToken)) : [];
        try
        {
            await AddAsync(list, namedGateway, cancellationToken);
        }
        catch (CliException unreachable) when (service is null && namedGateway is null)
        {
            // Nobody asked for it by name, and there may be none.
            ListOf(list, "unreachable").Add(new JsonObject { ["service"] = Gateway, ["reason"] = unreachable.Message });
        }

        return list.ToJsonString(Plain);
    }

    /// <summary>Opens, closes or resets a breaker of a service or of the gateway.</summary>
    public async Task<string> ChangeAsync(ParseResult parsed, string service, string path, CancellationToken cancellationToken)
    {
        if (service != Gateway)
        {
            using var client = ServerClient.At(parsed.GetValue(server), context.Index);
            return await client.PostAsync($"/v1/breakers/{Uri.EscapeDataString(service)}/{path}", cancellationToken);
        }

        using var own = ServerClient.AtGateway(parsed.GetValue(gateway), context.Index);
        var changed = Parse(await own.PostAsync($"{OfGateway}/{path}", cancellationToken));
        return new JsonObject { ["breakers"] = new JsonArray(Marked(changed, own)) }.ToJsonString(Plain);
    }

    private async Task<string> OfServicesAsync(string? named, string? service, CancellationToken cancellationToken)
    {
        using var client = ServerClient.At(named, context.Index);
        return await client.GetAsync($"/v1/breakers{(service is null ? "" : $"?service={Uri.EscapeDataString(service)}")}", cancellationToken);
    }

    private async Task AddAsync(JsonObject list, string? named, CancellationToken cancellationToken)
    {
        using var client = ServerClient.AtGateway(named, context.Index);
        var own = Parse(await client.GetAsync(OfGateway, cancellationToken));
        var all = ListOf(list, "breakers");
        foreach (var breaker in ListOf(own, "breakers").OfType<JsonObject>())
        {
            all.Add(Marked((JsonObject)breaker.DeepClone(), client));
        }
    }

    private static JsonObject Marked(JsonObject breaker, ServerClient client)
    {
        breaker["service"] = Gateway;
        breaker["instance"] = client.Address.Authority;
        return breaker;
    }

    private static JsonArray ListOf(JsonObject answer, string name)
    {
        if (answer[name] is not JsonArray list)
        {
            answer[name] = list = [];
        }

        return list;
    }

    private static JsonObject Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CliException("The answer is not JSON. Is it a Portolan server or gateway?");
        }
    }
}
