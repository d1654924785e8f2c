using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portolan.Discovery.Tests.Http;

/// <summary>A real server that does to each request what it is told to: answers, fails, stalls, breaks off.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<string> script;
    private readonly string otherwise;
    private int requests;

    private ScriptedService(WebApplication application, string otherwise, string[] script)
    {
        this.application = application;
        this.otherwise = otherwise;
        this.script = new ConcurrentQueue<string>(script);
    }

    public int Port => new Uri(application.Urls.First()).Port;

    /// <summary>Requests that came so far.</summary>
    public int Requests => Volatile.Read(ref requests);

    public ConcurrentQueue<string> Bodies { get; } = new();

    public ConcurrentQueue<string> Timeouts { get; } = new();

    /// <param name="otherwise">For every request after the script: "ok", a status, "stall", "reset", "truncate", "429 7" with a Retry-After.</param>
    /// <param name="script">For the first requests.</param>
    public static async Task<ScriptedService> StartAsync(string otherwise, params string[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var service = new ScriptedService(application, otherwise, script);
        application.Run(service.AnswerAsync);
        await application.StartAsync();
        return service;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        Timeouts.Enqueue(context.Request.Headers["X-Request-Timeout"].ToString());
        using (var reader = new StreamReader(context.Request.Body))
        {
            Bodies.Enqueue(await reader.ReadToEndAsync());
        }

        var what = script.TryDequeue(out var next) ? next : otherwise;
        switch (what)
        {
            case "ok":
                await context.Response.WriteAsync("done");
                break;
            case "stall":
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "reset":
                context.Abort();
                break;
            case "truncate":
                context.Response.ContentLength = 1_000;
                await context.Response.WriteAsync("the beginning");
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            default:
                var words = what.Split(' ');
                context.Response.StatusCode = int.Parse(words[0], CultureInfo.InvariantCulture);
                context.Response.Headers.RetryAfter = words.ElementAtOrDefault(1);
                await context.Response.WriteAsync(what);
                break;
        }
    }
}
