using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Runtime;

namespace Portolan.Proxy.Pages;

/// <summary>Says to a browser what this is and where its routes lead.</summary>
internal sealed class HomePage(GatewayRuntime runtime)
{
    private Page? last;

    /// <summary>True for what it answers where no route does: a front end may have the address.</summary>
    public static bool Answers(string method, RequestPath path) => path.Raw == "/" && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method));

    /// <summary>Answers an operator; where services are is nobody else's business.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (LoopbackGuard.Check(context) is { } refusal)
        {
            return refusal.ExecuteAsync(context);
        }

        var html = Html(runtime.Current);
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        response.Headers.XContentTypeOptions = "nosniff";
        return response.Body.WriteAsync(html, context.RequestAborted).AsTask();
    }

    // Written once for each configuration.
    private byte[] Html(GatewaySnapshot snapshot)
    {
        var problem = runtime.FileProblem;
        if (last is { } page && ReferenceEquals(page.Snapshot, snapshot) && page.Problem == problem)
        {
            return page.Html;
        }

        last = new Page(snapshot, problem, Encoding.UTF8.GetBytes(Write(snapshot.Config, snapshot.Origin, problem)));
        return last.Html;
    }

    private static string Write(GatewayConfig config, ConfigOrigin origin, string? problem)
    {
        var file = problem is null ? "" : $"<br>The file {Encode(problem)} and is not in force; the log says more.";
        var rows = new StringBuilder();
        foreach (var route in config.Routes)
        {
            var methods = route.Methods.Count == 0 ? "any" : string.Join(", ", route.Methods);
            rows.Append($"<tr><td>{Encode(methods)}</td><td><code>{Encode(string.Join(", ", route.Hosts) + route.Path)}</code></td><td>{Encode(Target(route))}</td></tr>\n");
        }

        return $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Portolan gateway</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:56rem;padding:0 1rem}
            td,th{text-align:left;padding:.2rem 1.5rem .2rem 0}</style></head>
            <body><h1>Portolan gateway</h1>
            <p>This address forwards requests to services. Its health is at <a href="/health">/health</a>, that of the
            whole system at <a href="/health/system">/health/system</a>.</p>
            <p>Configuration {{origin.Version}} is in force since {{origin.LoadedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}} UTC.{{file}}</p>
            <table><tr><th>Methods</th><th>Path</th><th>Goes to</th></tr>
            {{rows}}</table></body></html>

            """;
    }

    private static string Target(RouteConfig route) => route.Compose is { } parts
        ? "composed of " + string.Join(", ", parts.Select(part => part.Name))
        : string.Join(" or ", route.Services) + (route.Rewrite is { } rewrite ? $" as {rewrite}" : "");

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private sealed class Page(GatewaySnapshot snapshot, string? problem, byte[] html)
    {
        public string? Problem => problem;

        public GatewaySnapshot Snapshot => snapshot;

        public byte[] Html => html;
    }
}
