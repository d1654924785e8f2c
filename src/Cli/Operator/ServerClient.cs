using System.Net;
using System.Text;
using System.Text.Json;
using Portolan.Cli.Running;
using Portolan.Cli.SystemFile;

namespace Portolan.Cli.Operator;

/// <summary>Talks to the control plane of a running system.</summary>
internal sealed class ServerClient : IDisposable
{
    public const string DefaultAddress = "http://127.0.0.1:8500";

    // What servers and gateways say of addresses that they know nothing of.
    private static readonly string[] Unknown = ["There is nothing at this address.", "No route of this gateway leads there."];

    private readonly HttpClient client;
    private readonly string what;

    private ServerClient(Uri address, string what)
    {
        (Address, this.what) = (address, what);

        // A proxy from the environment would be asked for 127.0.0.1.
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(15) };
    }

    /// <summary>Whom it asks.</summary>
    public Uri Address { get; }

    /// <summary>The server that was named, else that of the running system, else the default address.</summary>
    public static ServerClient At(string? named, SystemIndex index) => new(AddressOf(named ?? OfRunning(index)), "server");

    /// <summary>The same of a gateway.</summary>
    public static ServerClient AtGateway(string? named, SystemIndex index) => new(AddressOf(named ?? GatewayOfRunning(index), "gateway"), "gateway");

    /// <summary>Throws <see cref="CliException"/> when the text is no address of a server.</summary>
    public static Uri AddressOf(string text, string what = "server") =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw CliException.OfUsage($"--{what} takes an address like {(what == "gateway" ? $"http://127.0.0.1:{SystemConfig.DefaultGatewayPort}" : DefaultAddress)}, not '{text}'.");

    /// <summary>The answer's body. Throws <see cref="CliException"/> with the server's own words when it refuses.</summary>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<string> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<string> DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<string> PutAsync(string path, string json, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, cancellationToken, new StringContent(json, Encoding.UTF8, "application/json"));

    public void Dispose() => client.Dispose();

    private static string OfRunning(SystemIndex index) => index.Running() switch
    {
        [] => DefaultAddress,
        [var only] => only.State.Server,
        var several => throw new CliException("Several systems are running; say whose server with --server: "
            + string.Join(", ", several.Select(system => $"{system.State.Server} ({system.State.Name})")) + "."),
    };

    private static string GatewayOfRunning(SystemIndex index) => index.Running() switch
    {
        [] => $"http://127.0.0.1:{SystemConfig.DefaultGatewayPort}",
        [var only] => only.State.Gateway ?? throw new CliException($"The system '{only.State.Name}' has no gateway; name another with --gateway."),
        var several => throw new CliException("Several systems are running; say whose gateway with --gateway: "
            + string.Join(", ", several.Select(system => $"{system.State.Gateway} ({system.State.Name})")) + "."),
    };

    private async Task<string> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken, HttpContent? content = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? body : throw new CliException(Refusal(response.StatusCode, path, body));
        }
        catch (HttpRequestException unreachable)
        {
            throw new CliException(unreachable.InnerException is System.Net.Sockets.SocketException
                ? $"No Portolan {what} answers at {Address}. Start a system with 'portolan up <folder>', or name a {what} with --{what} <url>."
                : $"The {what} at {Address} broke off: {unreachable.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"The {what} at {Address} did not answer within {client.Timeout.TotalSeconds:0} s.");
        }
    }

    private string Refusal(HttpStatusCode status, string path, string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            if (problem.RootElement.ValueKind == JsonValueKind.Object)
            {
                var (detail, title) = (problem.RootElement.Text("detail"), problem.RootElement.Text("title"));
                if (status == HttpStatusCode.NotFound && Unknown.Contains(detail))
                {
                    return Stranger;
                }

                string[] errors = [.. Errors(problem.RootElement)];
                if ((detail + title).Length > 0)
                {
                    return string.Join('\n', [detail.Length > 0 ? detail.Replace("; see errors.", ":", StringComparison.Ordinal) : title, .. errors]);
                }
            }
        }
        catch (JsonException)
        {
            // Not a problem document: the status has to do.
        }

        return status == HttpStatusCode.NotFound ? Stranger : $"The {what} answered {(int)status} {status} to {path}.";
    }

    private string Stranger => $"What answers at {Address} is no Portolan {what}; name one with --{what} <url>.";

    // "See errors" is no help to somebody who cannot.
    private static IEnumerable<string> Errors(JsonElement problem) => problem.Field("errors") is { ValueKind: JsonValueKind.Object } errors
        ? errors.EnumerateObject().SelectMany(field => field.Value.ValueKind == JsonValueKind.Array ? field.Value.EnumerateArray().Select(error => $"  {field.Name}: {error}") : [])
        : [];
}
