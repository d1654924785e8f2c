using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Upstreams;

public sealed class Http2Tests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trailers_pass_and_streams_go_both_ways_at_once()
    {
        await using var service = await Upstream.StartAsync(_ => { }, async context =>
        {
            Assert.Equal("trailers", context.Request.Headers.TE);
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.FlushAsync();
            var buffer = new byte[100];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var count)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count));
                await context.Response.Body.FlushAsync();
            }

            context.Response.AppendTrailer("grpc-status", "7");
        }, HttpProtocols.Http2);
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, service.Address, UpstreamProtocol.Http2);

        // What may be silent for as long as it likes, as it says.
        var body = new PiecewiseContent { Headers = { ContentType = new("application/grpc") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/shop.Orders/Watch"))
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        body.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var answer = await response.Content.ReadAsStreamAsync(Token);
        var buffer = new byte[100];
        foreach (var word in new[] { "one", "two", "three" })
        {
            // Each is answered before the next is sent.
            await body.SendAsync(word);
            Assert.Equal(word, Encoding.ASCII.GetString(buffer, 0, await answer.ReadAsync(buffer, Token)));
        }

        body.End();
        Assert.Equal(0, await answer.ReadAsync(buffer, Token));
        Assert.Equal("7", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Theory]
    [InlineData("application/grpc", "1m", "4", "The ")] // who notices first, the edge or the attempt, is a matter of luck
    [InlineData("application/grpc+proto", "60S", "14", "")]
    [InlineData("application/grpc-web", "60S", null, "")]
    [InlineData("application/json", "60S", null, "")]
    public async Task A_refusal_has_the_status_of_gRPC_for_who_calls_with_it(string type, string time, string? status, string message)
    {
        await using var service = await Upstream.StartAsync(
            _ => { }, context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default), HttpProtocols.Http2);
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, time == "1m" ? service.Address : RawServer.NobodyThere(), UpstreamProtocol.Http2);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/shop.Orders/Place"))
        {
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new(type) } },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add("grpc-timeout", time);
        using var response = await gateway.Client.SendAsync(request, Token);

        Assert.Equal(status is null ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status is null ? "application/problem+json" : "application/grpc", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, response.Headers.TryGetValues("grpc-status", out var statuses) ? statuses.Single() : null);
        Assert.Equal(status is not null, await response.Content.ReadAsStringAsync(Token) is "");
        if (status is not null)
        {
            Assert.StartsWith(message, Uri.UnescapeDataString(response.Headers.GetValues("grpc-message").Single()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_that_is_unavailable_by_the_word_of_gRPC_opens_its_circuit()
    {
        await using var service = await Upstream.StartAsync(
            _ => { },
            context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = "14";
                return Task.CompletedTask;
            },
            HttpProtocols.Http2);
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, service.Address, UpstreamProtocol.Http2);
        for (var call = 0; call < 6; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/x")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Content = new ByteArrayContent([]) { Headers = { ContentType = new("application/grpc") } };
            using var response = await gateway.Client.SendAsync(request, Token);
            Assert.Equal("14", response.Headers.GetValues("grpc-status").Single());
            Assert.Equal(call == 5, response.Headers.Contains("grpc-message"));
        }
    }

    [Fact]
    public async Task A_part_of_a_composition_speaks_what_its_service_does()
    {
        await using var service = await Upstream.StartAsync(
            _ => { }, context => context.Response.WriteAsJsonAsync(context.Request.Protocol), HttpProtocols.Http2);
        await using var gateway = await Gateway.StartAsync(
            "services: { backend: { protocol: http2 } }\nroutes: [{ path: /both, compose: { one: { service: backend, path: /x } } }]", ("backend", [service.Address]));
        Assert.Contains("HTTP/2", await gateway.Client.GetStringAsync("/both", Token));
    }

    [Fact]
    public async Task Trailers_behind_the_chunks_of_HTTP_1_reach_a_client_on_HTTP_2()
    {
        using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\n\r\n"));
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, server.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/x")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await gateway.Client.SendAsync(request, Token);

        Assert.Equal("abc", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("42", response.TrailingHeaders.GetValues("X-Sum").Single());
        Assert.False(response.TrailingHeaders.Contains("Content-Length"));
    }
}
