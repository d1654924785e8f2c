using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Messaging.Envelopes;
using Portolan.Observability.Problems;
using Portolan.Sagas.Http;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Http;

/// <summary>The agency of <see cref="Trip"/> behind a real server.</summary>
internal sealed class SagaApi : IAsyncDisposable
{
    private readonly WebApplication app;

    private SagaApi(WebApplication app, TestPlatform platform)
    {
        this.app = app;
        Platform = platform;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public TestPlatform Platform { get; }

    public HttpClient Client { get; }

    public static async Task<SagaApi> StartAsync(World world)
    {
        var platform = await Trip.StartAsync(world);
        var agency = platform["agency"];
        var app = await ServeAsync(
            services => services
                .AddSingleton(_ => agency.Sagas).AddSingleton(_ => agency.Get<SagaCatalogue>()).AddSingleton(_ => agency.Get<SagaOptions>())
                .AddSingleton(_ => agency.Get<SagaResource>()).AddSingleton(_ => agency.Get<MessageJson>()),
            app =>
            {
                app.UseProblems();
                app.MapSagas();
            });
        return new SagaApi(app, platform);
    }

    public static async Task<WebApplication> ServeAsync(Action<IServiceCollection> services, Action<WebApplication> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        services(builder.Services);
        var app = builder.Build();
        configure(app);
        await app.StartAsync();
        return app;
    }

    public async Task<HttpResponseMessage> PostAsync(string body, string? key = null, string path = "/v1/sagas/book-trip")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Returns the saga's address.</summary>
    public async Task<string> BookAsync(string trip = "t")
    {
        using var response = await PostAsync($$"""{"trip":"{{trip}}"}""");
        return response.Headers.Location!.ToString();
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return await JsonAsync(response);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Platform.DisposeAsync();
    }
}

/// <summary>Somebody who asked to be called back.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly List<(string Path, JsonElement Body)> received = [];
    private WebApplication? app;

    public string Address => app!.Urls.First() + "/";

    public IReadOnlyList<(string Path, JsonElement Body)> Received => received;

    public static async Task<Listener> StartAsync(HttpStatusCode answer = HttpStatusCode.NoContent)
    {
        var listener = new Listener();
        listener.app = await SagaApi.ServeAsync(_ => { }, app => app.MapFallback(async context =>
        {
            using var json = await JsonDocument.ParseAsync(context.Request.Body);
            listener.received.Add((context.Request.Path + context.Request.QueryString, json.RootElement.Clone()));
            context.Response.StatusCode = (int)answer;
        }));
        return listener;
    }

    public ValueTask DisposeAsync() => app!.DisposeAsync();
}
