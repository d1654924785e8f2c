using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Portolan.Registry.Tests.Server;

/// <summary>Keeps what is logged, and lets a test wait for it.</summary>
internal sealed class EventLog : ILoggerProvider, ILogger, ILoggerFactory
{
    private readonly ConcurrentQueue<(string Event, string Message)> entries = [];
    private readonly SemaphoreSlim arrived = new(0);

    public int Count(string eventName) => entries.Count(entry => entry.Event == eventName);

    public string MessageOf(string eventName) => entries.First(entry => entry.Event == eventName).Message;

    /// <summary>One test at a time waits.</summary>
    public async Task WaitForAsync(string eventName, int count = 1)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Count(eventName) < count)
        {
            await arrived.WaitAsync(deadline.Token);
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        entries.Enqueue((eventId.Name ?? "", formatter(state, exception)));
        arrived.Release();
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
