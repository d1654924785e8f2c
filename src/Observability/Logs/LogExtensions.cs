using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Portolan.Core.Processes;

namespace Portolan.Observability.Logs;

/// <summary>Registration of the log formats.</summary>
public static class LogExtensions
{
    /// <summary>Logs to standard output, one line of JSON an event.</summary>
    public static ILoggingBuilder AddJsonLogs(this ILoggingBuilder builder, string service) =>
        Add(builder, service, _ => JsonLogFormatter.FormatterName);

    /// <summary>
    /// Logs to standard output: for a program that reads it (redirected, supervised, or <c>Portolan:Logs=json</c>) one line
    /// of JSON an event, for a person at a terminal (or <c>Portolan:Logs=text</c>) one line of coloured text.
    /// </summary>
    public static ILoggingBuilder AddPortolanLogs(this ILoggingBuilder builder, string service) =>
        Add(builder, service, Choose);

    private static ILoggingBuilder Add(ILoggingBuilder builder, string service, Func<IServiceProvider, string> formatter)
    {
        builder.AddConsole();
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ConsoleFormatter>(provider => new JsonLogFormatter(service, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ConsoleFormatter>(provider => new TextLogFormatter(provider.GetRequiredService<TimeProvider>(), IsColoured()));
        services.AddOptions<ConsoleLoggerOptions>()
            .Configure<IServiceProvider>((options, provider) => options.FormatterName = formatter(provider));
        services.Configure<LoggerFilterOptions>(QuietFramework);
        return builder;
    }

    private static string Choose(IServiceProvider services)
    {
        var configured = services.GetService<IConfiguration>()?["Portolan:Logs"];
        var json = configured?.ToLowerInvariant() switch
        {
            "json" => true,
            "text" => false,
            _ => Console.IsOutputRedirected || SupervisedLifetime.IsSupervised,
        };
        return json ? JsonLogFormatter.FormatterName : TextLogFormatter.FormatterName;
    }

    private static bool IsColoured() =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    // In front of every other rule: of two rules for one category the later wins, so what is configured does.
    private static void QuietFramework(LoggerFilterOptions options)
    {
        options.Rules.Insert(0, new LoggerFilterRule(null, "System.Net.Http.HttpClient", LogLevel.Warning, null));
        options.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft.Hosting.Lifetime", LogLevel.Information, null));
        options.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null));
    }
}
