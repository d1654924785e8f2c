using System.Net;
using System.Text.Json;
using Portolan.Cli.Running;

namespace Portolan.Cli.Operator;

/// <summary>Talks to the control plane of a running system.</summary>
internal sealed class ServerClient : IDisposable
{
    public const string DefaultAddress = "http://127.0.0.1:8500";

    private readonly HttpClient client;
    private readonly Uri address;

    private ServerClient(Uri address)
    {
        this.address = address;

        // A proxy from the environment would be asked for 127.0.0.1.
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(15) };
    }

    /// <summary>The server that was named, else that of the running system, else the default address.</summary>
    public static ServerClient At(string? named, SystemIndex index) => new(AddressOf(named ?? OfRunning(index)));

    /// <summary>Throws <see cref="CliException"/> when the text is no address of a server.</summary>
    public static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new CliException($"--server takes an address like {DefaultAddress}, not '{text}'.");

    /// <summary>The answer's body. Throws <see cref="CliException"/> with the server's own words when it refuses.</summary>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<string> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, cancellationToken);

    public void Dispose() => client.Dispose();

    private static string OfRunning(SystemIndex index) => index.Running() switch
    {
        [] => DefaultAddress,
        [var only] => only.State.Server,
        var several => throw new CliException("Several systems are running; say whose server with --server: "
            + string.Join(", ", several.Select(system => $"{system.State.Server} ({system.State.Name})")) + "."),
    };

    private async Task<string> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? body : throw new CliException(Refusal(response.StatusCode, path, body));
        }
        catch (HttpRequestException unreachable)
        {
            throw new CliException(unreachable.InnerException is System.Net.Sockets.SocketException
                ? $"No Portolan server answers at {address}. Start a system with 'portolan up <folder>', or name a server with --server <url>."
                : $"The server at {address} broke off: {unreachable.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"The server at {address} did not answer within {client.Timeout.TotalSeconds:0} s.");
        }
    }

    private static string Refusal(HttpStatusCode status, string path, string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            if (problem.RootElement.ValueKind == JsonValueKind.Object)
            {
                var (detail, title) = (problem.RootElement.Text("detail"), problem.RootElement.Text("title"));
                if ((detail + title).Length > 0)
                {
                    return detail.Length > 0 ? detail : title;
                }
            }
        }
        catch (JsonException)
        {
            // Not a problem document: the status has to do.
        }

        return $"The server answered {(int)status} {status} to {path}.";
    }
}
