using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Portolan.Sqlite.Tests;

/// <summary>Keeps the event names that were logged.</summary>
public sealed class CapturedLogs : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string?> Events { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Events.Enqueue(eventId.Name);

    public void Dispose()
    {
    }
}
