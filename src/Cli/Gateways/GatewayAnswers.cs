using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portolan.Cli.Serving;
using Portolan.Proxy.Explain;
using Portolan.Proxy.Operator;
using Portolan.Proxy.Runtime;

namespace Portolan.Cli.Gateways;

/// <summary>Answers about a gateway's file in the words that the gateway itself would use, were it running with it.</summary>
internal static class GatewayAnswers
{
    /// <summary>What the file's routes are, as JSON.</summary>
    public static string Routes(string path)
    {
        var config = GatewayFiles.Read(path).Config;
        return Json(writer => ConfigResource.WriteRoutes(writer, config));
    }

    /// <summary>What becomes of a request, as JSON.</summary>
    public static string Explain(string path, Question question, TimeProvider clock)
    {
        var config = GatewayFiles.Read(path).Config;
        var explanation = new Explainer(config, RouteMatching.Table(config), clock).Explain(question);
        return Json(writer => ExplanationJson.Write(writer, question, explanation));
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
