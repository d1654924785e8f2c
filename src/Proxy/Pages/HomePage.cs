using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Pages;

/// <summary>Says to a browser what this is and where its routes lead.</summary>
internal sealed class HomePage(GatewayConfig config)
{
    private readonly byte[] html = Encoding.UTF8.GetBytes(Write(config));

    public Task HandleAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        response.Headers.XContentTypeOptions = "nosniff";
        return response.Body.WriteAsync(html, context.RequestAborted).AsTask();
    }

    private static string Write(GatewayConfig config)
    {
        var rows = new StringBuilder();
        foreach (var route in config.Routes)
        {
            var methods = route.Methods.Count == 0 ? "any" : string.Join(", ", route.Methods);
            rows.Append($"<tr><td>{Encode(methods)}</td><td><code>{Encode(route.Path)}</code></td><td>{Encode(Target(route))}</td></tr>\n");
        }

        return $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Portolan gateway</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:56rem;padding:0 1rem}
            td,th{text-align:left;padding:.2rem 1.5rem .2rem 0}</style></head>
            <body><h1>Portolan gateway</h1>
            <p>This address forwards requests to services. Its health is at <a href="/health">/health</a>, that of the
            whole system at <a href="/health/system">/health/system</a>.</p>
            <table><tr><th>Methods</th><th>Path</th><th>Goes to</th></tr>
            {{rows}}</table></body></html>

            """;
    }

    private static string Target(RouteConfig route) => route.Compose is { } parts
        ? "composed of " + string.Join(", ", parts.Select(part => part.Name))
        : string.Join(" or ", route.Services) + (route.Rewrite is { } rewrite ? $" as {rewrite}" : "");

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
