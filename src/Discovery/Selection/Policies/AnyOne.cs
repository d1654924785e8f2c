namespace Portolan.Discovery.Selection.Policies;

/// <summary>Any, all with the same chance.</summary>
internal sealed class AnyOne(Endpoint[] endpoints, Random random) : Balancer
{
    public override Endpoint Pick(in PickContext context, int attempt) => endpoints[random.Next(endpoints.Length)];
}
