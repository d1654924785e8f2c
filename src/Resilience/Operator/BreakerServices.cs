using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Operator;

/// <summary>Registers the process's circuit breakers.</summary>
public static partial class BreakerServices
{
    /// <summary>
    /// Adds the one <see cref="CircuitBreakers"/> of the process, whose transitions are logged. It takes <see cref="CircuitBreakersOptions"/>,
    /// <see cref="TimeProvider"/> and <see cref="IBreakerStateStore"/> from the services where they are there.
    /// </summary>
    public static IServiceCollection AddBreakers(this IServiceCollection services)
    {
        services.TryAddSingleton(provider =>
        {
            var logger = provider.GetRequiredService<ILogger<CircuitBreakers>>();
            return new CircuitBreakers(
                provider.GetService<CircuitBreakersOptions>() ?? new CircuitBreakersOptions(),
                provider.GetService<TimeProvider>() ?? TimeProvider.System,
                onEvent: one => Write(logger, one),
                shared: provider.GetService<IBreakerStateStore>());
        });
        return services;
    }

    private static void Write(ILogger logger, ResilienceEvent one)
    {
        if (one.Name == "circuit-open-too-long")
        {
            Log.OpenTooLong(logger, one.Pipeline, one.Wait, one.Detail);
        }
        else
        {
            Log.Changed(logger, one.Name is "circuit-open" ? LogLevel.Warning : LogLevel.Information, one.Pipeline, one.Name["circuit-".Length..], one.Detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "BreakerChanged", Message = "Circuit breaker {Breaker} is {State}: {Reason}")]
        public static partial void Changed(ILogger logger, LogLevel level, string breaker, string state, string? reason);

        [LoggerMessage(EventName = "BreakerOpenTooLong", Level = LogLevel.Error, Message = "Circuit breaker {Breaker} has not been closed for {Time}: {Reason}")]
        public static partial void OpenTooLong(ILogger logger, string breaker, TimeSpan time, string? reason);
    }
}
