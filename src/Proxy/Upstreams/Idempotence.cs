using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Upstreams;

/// <summary>Which methods may be repeated: what they ask for twice happens once (RFC 9110, 9.2.2).</summary>
internal static class Idempotence
{
    public static bool Of(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);
}
