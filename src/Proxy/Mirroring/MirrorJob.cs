using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Mirroring.Comparison;

namespace Portolan.Proxy.Mirroring;

/// <summary>A request as it went to the service, with what is needed to send it again when it is over.</summary>
internal sealed class MirrorJob
{
    /// <summary>Tells the service that nobody gets its answer.</summary>
    public const string Mark = "X-Portolan-Mirror";

    private static readonly string[] Credentials = ["Authorization", "Cookie", "X-API-Key"];

    private readonly List<KeyValuePair<string, IEnumerable<string>>> headers = [];
    private readonly List<KeyValuePair<string, IEnumerable<string>>> content = [];

    public MirrorJob(HttpContext context, string target, MirrorConfig config)
    {
        Method = context.Request.Method;
        Target = target;
        using var message = new HttpRequestMessage(HttpMethod.Parse(Method), (Uri?)null) { Content = new ByteArrayContent([]) };
        RequestHeaders.Copy(context, message);
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            if (!config.StripCredentials || !Credentials.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                headers.Add(new(name, [.. values]));
            }
        }

        content.AddRange(message.Content.Headers.NonValidated.Select(header => new KeyValuePair<string, IEnumerable<string>>(header.Key, [.. header.Value])));
        headers.Add(new(Mark, ["true"]));
    }

    public string Method { get; }

    public string Target { get; }

    /// <summary>The request's body; null without one.</summary>
    public byte[]? Body { get; set; }

    /// <summary>What the client got.</summary>
    public Answer? Primary { get; set; }

    /// <summary>How long that took until its head was there.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>The message, new for each attempt.</summary>
    public HttpRequestMessage Create()
    {
        var message = new HttpRequestMessage(HttpMethod.Parse(Method), (Uri?)null) { Content = Body is null ? null : new ByteArrayContent(Body) };
        foreach (var (name, values) in headers)
        {
            message.Headers.TryAddWithoutValidation(name, values);
        }

        foreach (var (name, values) in content)
        {
            message.Content?.Headers.TryAddWithoutValidation(name, values);
        }

        return message;
    }
}
