using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Http;
using Portolan.Core.Problems;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Explain;
using Portolan.Proxy.Reload;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Operator;

/// <summary>The gateway's configuration for operators: what is in force, and putting another in its place.</summary>
internal static partial class ConfigEndpoints
{
    private const int MaximumSize = 8 * 1024 * 1024;

    public static void MapGatewayConfig(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/portolan/gateway/config", LoopbackGuard.Protect(ShowAsync));
        endpoints.MapPut("/portolan/gateway/config", LoopbackGuard.Protect(ReplaceAsync));
        endpoints.MapGet("/portolan/gateway/routes", LoopbackGuard.Protect(ListAsync));
        endpoints.MapGet("/portolan/gateway/explain", LoopbackGuard.Protect(ExplainAsync));
    }

    private static Task ShowAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        var snapshot = Runtime(context).Current;
        ConfigResource.Write(writer, snapshot.Origin);
        writer.WritePropertyName("config");
        ConfigResource.Write(writer, snapshot);
    });

    private static Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        var snapshot = Runtime(context).Current;
        ConfigResource.Write(writer, snapshot.Origin);
        ConfigResource.WriteRoutes(writer, snapshot.Config);
    });

    private static Task ExplainAsync(HttpContext context)
    {
        var asked = context.Request.Query;
        if (!Question.TryParse(asked["request"].ToString(), asked["header"].OfType<string>(), out var question, out var error))
        {
            return KnownProblems.Malformed($"The question cannot be read: {error}").ExecuteAsync(context);
        }

        var snapshot = Runtime(context).Current;
        var explanation = new Explainer(snapshot.Config, snapshot.Routes, context.RequestServices.GetRequiredService<TimeProvider>()).Explain(question);
        return JsonAnswer.WriteAsync(context, writer =>
        {
            ConfigResource.Write(writer, snapshot.Origin);
            ExplanationJson.Write(writer, question, explanation);
        });
    }

    private static async Task ReplaceAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } text)
        {
            await KnownProblems.TooLarge($"A configuration has at most {MaximumSize} bytes.").ExecuteAsync(context);
            return;
        }

        // Elsewhere: a configuration with thousands of routes takes longer to make ready than a connection's thread may be kept.
        var runtime = Runtime(context);
        var (problem, changes, later) = await Task.Run(() => Replace(runtime, context.RequestServices.GetRequiredService<GatewayFile>(), text), context.RequestAborted);
        if (problem is not null)
        {
            await problem.ExecuteAsync(context);
            return;
        }

        var origin = runtime.Current.Origin;
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ConfigEndpoints).FullName!);
        Log.Replaced(logger, context.Connection.RemoteIpAddress?.ToString(), origin.Version, string.Join("; ", changes));
        await JsonAnswer.WriteAsync(context, writer =>
        {
            ConfigResource.Write(writer, origin);
            ConfigResource.WriteList(writer, "changes", changes);
            ConfigResource.WriteList(writer, "atStart", later);
        });
    }

    private static (Problem? Problem, IReadOnlyList<string> Changes, IReadOnlyList<string> AtStart) Replace(GatewayRuntime runtime, GatewayFile started, string text)
    {
        var problems = new YamlProblems("body");
        if (GatewayFile.Parse(text, problems) is not { } file)
        {
            return (Refuse(problems.Errors), [], []);
        }

        var changes = ConfigChanges.Between(runtime.Current.Config, file.Config);
        return runtime.Apply(file.Config, "operator", text) is { Count: > 0 } errors
            ? (Refuse(errors), [], [])
            : (null, changes, ConfigChanges.AtStart(started.Config, file.Config));
    }

    private static Problem Refuse(IReadOnlyList<ConfigError> errors) =>
        new("invalid-configuration", "Invalid configuration", 400, "The configuration has errors and was not put in force; see errors.")
        {
            Errors = errors.GroupBy(error => error.Where).ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray()),
        };

    private static async Task<string?> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int length; (length = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            if (body.Length + length > MaximumSize)
            {
                return null;
            }

            body.Write(buffer, 0, length);
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private static GatewayRuntime Runtime(HttpContext context) => context.RequestServices.GetRequiredService<GatewayRuntime>();

    private static partial class Log
    {
        [LoggerMessage(EventName = "GatewayConfigReplacedByOperator", Level = LogLevel.Warning, Message = "Operator at {Address} put configuration {Version} in force: {Changes}")]
        public static partial void Replaced(ILogger logger, string? address, int version, string changes);
    }
}
