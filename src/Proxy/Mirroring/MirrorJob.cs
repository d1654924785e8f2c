using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Mirroring.Comparison;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Mirroring;

/// <summary>A request as it went to the service, with what is needed to send it again when it is over.</summary>
internal sealed class MirrorJob
{
    private readonly List<KeyValuePair<string, StringValues>> headers = [];

    public MirrorJob(HttpContext context, string target, MirrorConfig config)
    {
        Method = context.Request.Method;
        Target = target;
        var sink = new Sink(headers, config.StripCredentials);
        RequestHeaders.Copy(context, config.Timeout, ref sink);
        sink.Add(RequestHeaders.MirrorMark, "true");
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
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return message;
    }

    private readonly struct Sink(List<KeyValuePair<string, StringValues>> headers, bool stripsCredentials) : IHeaderSink
    {
        public void Add(string name, StringValues values)
        {
            if (!stripsCredentials || !Credentials.Headers.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                headers.Add(new(name, values));
            }
        }

        public void Add(string name, string value) => Add(name, new StringValues(value));
    }
}
