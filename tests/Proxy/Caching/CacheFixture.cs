using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Caching;

/// <summary>A gateway that caches, before a service that counts, under a clock that the test moves.</summary>
internal sealed class CacheFixture : IAsyncDisposable
{
    private readonly Upstream upstream;
    private int count;

    private CacheFixture(Upstream upstream, Gateway gateway, VirtualClock clock)
    {
        this.upstream = upstream;
        Gateway = gateway;
        Clock = clock;
    }

    public Gateway Gateway { get; }

    public VirtualClock Clock { get; }

    /// <summary>Requests that reached the service.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Each answer has its number as its body, unless the handler wrote one.</summary>
    public static async Task<CacheFixture> StartAsync(Func<HttpContext, int, Task> handler, string cache = "{}", string more = "")
    {
        CacheFixture? fixture = null;
        var clock = new VirtualClock(DateTimeOffset.UnixEpoch.AddYears(70));
        var upstream = await Upstream.StartAsync(async context =>
        {
            var number = Interlocked.Increment(ref fixture!.count);
            context.Response.Headers.Date = clock.GetUtcNow().ToString("r");
            await handler(context, number);
            if (!context.Response.HasStarted && context.Response is { StatusCode: not (204 or 304), ContentLength: null })
            {
                await context.Response.WriteAsync(number.ToString());
            }
        });
        var gateway = await Gateway.StartAsync(Yaml(cache, more), services => services.AddSingleton<TimeProvider>(clock), ("backend", [upstream.Address]));
        return fixture = new CacheFixture(upstream, gateway, clock);
    }

    /// <summary>The same with headers alone: <c>Name: value | Name: value</c>.</summary>
    public static Task<CacheFixture> StartAsync(string headers, string cache = "{}", int status = 200) => StartAsync(
        (context, _) =>
        {
            context.Response.StatusCode = status;
            foreach (var line in headers.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
            {
                var colon = line.IndexOf(':');
                var before = line.StartsWith("Date:", StringComparison.Ordinal) ? default : context.Response.Headers[line[..colon]];
                context.Response.Headers[line[..colon]] = Microsoft.Extensions.Primitives.StringValues.Concat(before, line[(colon + 1)..].Trim());
            }

            return Task.CompletedTask;
        },
        cache);

    public static string Yaml(string cache, string more = "") => $$"""
        {{more}}
        routes:
          - path: /{**rest}
            service: backend
            cache: {{cache}}
        """;

    /// <summary>Sends a request; headers as <c>Name: value</c>.</summary>
    public async Task<Answer> SendAsync(string method, string target, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':');
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        using var response = await Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), all);
    }

    public Task<Answer> GetAsync(string target, params string[] headers) => SendAsync("GET", target, headers);

    /// <summary>Returns when so many requests wait for another one's answer.</summary>
    public async Task UntilWaitingAsync(int requests)
    {
        while (true)
        {
            using var stats = JsonDocument.Parse(await Gateway.Client.GetStringAsync("/portolan/cache", TestContext.Current.CancellationToken));
            if (stats.RootElement.GetProperty("waiting").GetInt32() == requests)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await upstream.DisposeAsync();
    }
}

/// <summary>What a client got.</summary>
internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string CacheStatus => Headers.GetValueOrDefault("Cache-Status", "");

    public string? this[string name] => Headers.GetValueOrDefault(name);
}
