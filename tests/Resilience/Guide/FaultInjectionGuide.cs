using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Resilience.FaultInjection;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Guide;

public sealed class FaultInjectionGuide
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipeline_in_a_test()
    {
        var clock = new VirtualClock();
        var faults = new Faults(clock, Random.Shared);
        var pipeline = new ResiliencePipelineBuilder<int>("stock")
            .AddFaultInjection(faults, error: _ => Outcome<int>.Of(new IOException("The connection broke.")))
            .Build();

        faults.Set(new FaultRule("broken") { Error = true, Duration = TimeSpan.FromSeconds(30) });

        await Assert.ThrowsAsync<IOException>(async () => await pipeline.ExecuteAsync(_ => ValueTask.FromResult(1), Token));
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await pipeline.ExecuteAsync(_ => ValueTask.FromResult(1), Token));
    }

    [Fact]
    public async Task A_server_of_your_own()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        builder.Services.AddFaultInjection(new FaultOptions { AllowInProduction = true });
        await using var app = builder.Build();
        app.UseFaultInjection();
        app.MapFaults();

        await app.StartAsync(Token);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var body = new StringContent("""{"status":503,"seconds":60}""");
        using var set = await http.PutAsync("/portolan/faults/game-day", body, Token);
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        using var answer = await http.GetAsync("/", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }
}
