using Microsoft.Extensions.Logging;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Listening;

public sealed class CertificateWatchTests
{
    private readonly VirtualClock clock = new();
    private readonly Lines log = new();

    [Fact]
    public async Task A_renewal_that_went_wrong_is_told_while_nobody_connects()
    {
        using var files = new PemFiles();
        var certificate = new CertificateFile(files.Certificate, files.Key, clock);
        using var watch = new CertificateWatch([certificate], clock, log);
        await watch.StartAsync(TestContext.Current.CancellationToken);

        File.WriteAllText(files.Certificate, "half written");
        while (!log.Changed.Wait(10, TestContext.Current.CancellationToken))
        {
            clock.Advance(CertificateWatch.Interval);
        }

        Assert.StartsWith($"The certificate {files.Certificate} has changed and cannot be used, the one before stays in use: ", log.Last, StringComparison.Ordinal);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Lines : ILogger<CertificateFile>
    {
        public ManualResetEventSlim Changed { get; } = new();

        public string Last { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Last = formatter(state, exception);
            Changed.Set();
        }
    }
}
