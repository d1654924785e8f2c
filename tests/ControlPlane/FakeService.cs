using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Registry.Catalogue;
using Portolan.Registry.Tests.Server;

namespace Portolan.ControlPlane.Tests;

/// <summary>A service with an operator surface, on a port of its own and in the catalogue.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication application;

    private FakeService(WebApplication application) => this.application = application;

    public int Redriven { get; private set; }

    /// <summary>Answers by path; anything else is 404.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>While set, requests are kept waiting until it completes.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public static async Task<FakeService> StartAsync(RegistryServer server, string name, string? instance = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var service = new FakeService(application);
        application.Run(service.AnswerAsync);
        await application.StartAsync();
        var port = new Uri(application.Urls.First()).Port;
        await server.Catalogue.RegisterAsync(name, OpenCatalogue.An(instance ?? $"{name}-1", port));
        return service;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        await Hold.WaitAsync(context.RequestAborted);
        var request = context.Request;
        Redriven += HttpMethods.IsPost(request.Method) ? 1 : 0;
        if (!Answers.TryGetValue(request.Path + request.QueryString.Value, out var body))
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.StatusCode = HttpMethods.IsPost(request.Method) ? 202 : 200;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }
}
