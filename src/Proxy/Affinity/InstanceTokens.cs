using System.Buffers.Text;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Portolan.Discovery;

namespace Portolan.Proxy.Affinity;

/// <summary>Names of instances that tell a client nothing, the same in every gateway; and back to the instances that there are now.</summary>
internal sealed class InstanceTokens(ServiceDirectory directory)
{
    private const int Length = 12;
    private readonly ConditionalWeakTable<ServiceSnapshot, FrozenDictionary<string, string>> known = [];

    public static string Of(string service, string instance) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{service}\n{instance}")).AsSpan(0, Length));

    /// <summary>Id of the instance of one of the services; null when it is gone, or never was.</summary>
    public async ValueTask<string?> FindAsync(IReadOnlyList<string> services, string token, CancellationToken cancellationToken)
    {
        foreach (var service in services)
        {
            var snapshot = await directory.GetAsync(service, cancellationToken);
            if (known.GetValue(snapshot, Index).TryGetValue(token, out var instance))
            {
                return instance;
            }
        }

        return null;
    }

    private static FrozenDictionary<string, string> Index(ServiceSnapshot snapshot) =>
        snapshot.Instances.DistinctBy(instance => instance.Id).ToFrozenDictionary(instance => Of(snapshot.Service, instance.Id), instance => instance.Id);
}
