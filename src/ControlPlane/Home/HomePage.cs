using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Portolan.Registry.Catalogue;

namespace Portolan.ControlPlane.Home;

/// <summary><c>GET /</c>: says what this is and which services it knows. No script, so that it works in anything that shows HTML.</summary>
internal sealed class HomePage(ServiceCatalogue catalogue)
{
    private const string Head =
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Portolan server</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem; color: #1d2733; background: #fff }
        table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid #d5dce3 }
        code { background: #eef2f5; padding: 0 .3rem; border-radius: 3px }
        @media (prefers-color-scheme: dark) { body { color: #dbe4ec; background: #11181f } th, td { border-color: #2d3945 } code { background: #1e2933 } a { color: #7cb8f0 } }
        </style>
        </head>
        <body>
        <h1>Portolan server</h1>
        <p>The control plane of this system: registry, health, and the services' sagas and dead letters.
        For programs: <a href="/v1/services"><code>/v1/services</code></a>, <a href="/health/system"><code>/health/system</code></a>,
        <a href="/v1/sagas"><code>/v1/sagas</code></a>, <a href="/v1/dead-letters"><code>/v1/dead-letters</code></a>.</p>
        <h2>Services</h2>

        """;

    public Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return JsonAnswer.WriteAsync(context, 200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Render(catalogue.Services())));
    }

    private static string Render(IReadOnlyList<ServiceState> services)
    {
        var html = new StringBuilder(Head);
        if (services.Count == 0)
        {
            html.Append("<p>No service is registered yet.</p>\n");
        }
        else
        {
            html.Append("<table>\n<tr><th>Service</th><th>Healthy</th><th>Instances</th></tr>\n");
            foreach (var service in services)
            {
                AppendRow(html, service);
            }

            html.Append("</table>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    // Whoever may register chooses names and addresses: they are text here, never markup.
    private static void AppendRow(StringBuilder html, ServiceState service)
    {
        var encoder = HtmlEncoder.Default;
        var name = encoder.Encode(service.Name);
        html.Append($"<tr><td><a href=\"/v1/services/{name}\">{name}</a></td>");
        html.Append($"<td>{service.HealthyCount} of {service.Instances.Count}</td><td>");
        html.AppendJoin("<br>", service.Instances.Values.Select(registered =>
            encoder.Encode($"{registered.Instance.Id} at {registered.Instance.Host}:{registered.Instance.Port}, {registered.Instance.Status}")));
        html.Append("</td></tr>\n");
    }
}
