using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Portolan.Cli.Tests.Commands;

/// <summary>A server or gateway that answers as a test says and keeps what it was asked, and the command line of who asks it.</summary>
internal sealed class RecordingServer : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestServer server;

    private RecordingServer(TestServer server, List<string> requests) => (this.server, Requests) = (server, requests);

    /// <summary>Method, target and body, where there is one.</summary>
    public List<string> Requests { get; }

    public string Address => server.Url;

    /// <summary><paramref name="answer"/> is asked with what is kept.</summary>
    public static async Task<RecordingServer> StartAsync(Func<string, (int Status, string Body)> answer)
    {
        var requests = new List<string>();
        var server = await TestServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            var request = $"{context.Request.Method} {target} {await reader.ReadToEndAsync()}".TrimEnd();
            requests.Add(request);
            (context.Response.StatusCode, var body) = answer(request);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        });
        return new RecordingServer(server, requests);
    }

    /// <summary>Runs a command line that names this server.</summary>
    public async Task<Console> RunAsync(string line, string option = "--server", int exitCode = 0)
    {
        var console = new Console(folder.Path);
        Assert.Equal(exitCode, await console.RunAsync([.. line.Split(' '), option, Address]));
        return console;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }
}
