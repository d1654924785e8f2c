using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Portolan.Observability.Logs;

namespace Portolan.Observability.Tests.Logs;

public sealed class LogRegistrationTests
{
    [Theory]
    [InlineData("json", "portolan-json")]
    [InlineData("text", "portolan-text")]
    public void Configuration_chooses_the_format(string configured, string formatter)
    {
        using var services = Build(new() { ["Portolan:Logs"] = configured });

        var name = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName;
        Assert.Equal(formatter, name);
        Assert.Contains(services.GetServices<ConsoleFormatter>(), registered => registered.Name == name);
    }

    [Fact]
    public void The_frameworks_information_is_quiet_unless_configured()
    {
        using var quiet = Build([]);
        using var loud = Build(new() { ["Logging:LogLevel:Microsoft"] = "Information" });

        Assert.False(Logger(quiet, "Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Information));
        Assert.True(Logger(quiet, "Microsoft.Hosting.Lifetime").IsEnabled(LogLevel.Information));
        Assert.True(Logger(quiet, "Shop.Orders").IsEnabled(LogLevel.Information));
        Assert.True(Logger(loud, "Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Information));
    }

    [Fact]
    public void The_text_format_shows_message_and_exception_without_secrets()
    {
        var captured = new Captured(new TextLogFormatter(TimeProvider.System, coloured: false));
        captured.CreateLogger("Shop.Orders").LogError(new InvalidOperationException("password=hunter2"), "it {What}", "broke");

        Assert.Contains("error it broke (Orders)\n", captured.Text);
        Assert.Contains("password=***", captured.Text);
    }

    private static ILogger Logger(IServiceProvider services, string category) =>
        services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

    private static ServiceProvider Build(Dictionary<string, string?> values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddPortolanLogs("orders"))
            .BuildServiceProvider();
    }
}
