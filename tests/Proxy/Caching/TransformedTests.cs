using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Caching;

/// <summary>A route that keeps answers to requests that it changes.</summary>
public sealed class TransformedTests
{
    private int count;

    [Theory]
    [InlineData("remove: [Cookie]", "Cookie", "Cookie: a=b", "Cookie: c=d")]
    [InlineData("set: { Accept-Language: en }", "accept-language", "Accept-Language: fr", "Accept-Language: de")]
    [InlineData("set: { Accept-Language: en }", "Accept-Language, Accept", "X-Other: 1", "Accept-Language: en")]
    public async Task What_the_route_says_itself_tells_no_answers_apart(string headers, string vary, string one, string other)
    {
        await using var service = await StartServiceAsync(context => context.Response.Headers.Vary = vary);
        await using var gateway = await StartAsync(headers, service, new VirtualClock());

        Assert.EndsWith("\r\n\r\n1", await gateway.GetRawAsync("/x", one));
        Assert.EndsWith("\r\n\r\n1", await gateway.GetRawAsync("/x", other));
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task What_clients_say_still_does()
    {
        await using var service = await StartServiceAsync(context => context.Response.Headers.Vary = "Accept-Language");
        await using var gateway = await StartAsync("remove: [Cookie]", service, new VirtualClock());

        Assert.EndsWith("\r\n\r\n1", await gateway.GetRawAsync("/x", "Accept-Language: fr"));
        Assert.EndsWith("\r\n\r\n2", await gateway.GetRawAsync("/x", "Accept-Language: de"));
    }

    [Fact]
    public async Task A_service_that_is_asked_twice_gets_the_same_request_twice()
    {
        var lists = new List<string>();
        await using var service = await StartServiceAsync(context =>
        {
            lists.Add(context.Request.Headers["X-List"].ToString() + context.Request.QueryString);
            context.Response.Headers.ETag = $"\"{lists.Count}\"";

            // That the one it never heard of has not changed: so the gateway asks for the whole.
            context.Response.StatusCode = context.Request.Headers.IfNoneMatch.Count > 0 ? 304 : 200;
        });
        var clock = new VirtualClock();
        await using var gateway = await StartAsync("add: { X-List: b }", service, clock, "query: { add: { q: b } }");
        await gateway.GetRawAsync("/x", "X-List: a");
        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.EndsWith("\r\n\r\n3", await gateway.GetRawAsync("/x", "X-List: a"));
        Assert.Equal(3, lists.Count);
        Assert.Single(lists.Distinct());
    }

    private static Task<Gateway> StartAsync(string headers, Upstream service, VirtualClock clock, string more = "query: {}") => Gateway.StartAsync(
        $$"""
        routes:
          - path: /{**rest}
            service: backend
            cache: {}
            request:
              headers: { {{headers}} }
              {{more}}
        """,
        services => services.AddSingleton<TimeProvider>(clock),
        ("backend", [service.Address]));

    private Task<Upstream> StartServiceAsync(Action<HttpContext> answer) => Upstream.StartAsync(async context =>
    {
        var text = Interlocked.Increment(ref count).ToString();
        context.Response.Headers.CacheControl = "max-age=60";
        answer(context);
        if (context.Response.StatusCode == 200)
        {
            context.Response.ContentLength = text.Length;
            await context.Response.WriteAsync(text);
        }
    });
}
