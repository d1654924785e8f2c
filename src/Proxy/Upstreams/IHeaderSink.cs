using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Upstreams;

/// <summary>Takes the headers of a request to a service: as bytes, or as a message of the framework.</summary>
internal interface IHeaderSink
{
    void Add(string name, StringValues values);

    void Add(string name, string value);
}
