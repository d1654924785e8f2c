namespace Portolan.Discovery.Selection.Policies;

/// <summary>One after the other in a fixed order, from a start by chance: processes do not all begin with the same.</summary>
internal sealed class InTurn(Endpoint[] order, Random random) : Balancer
{
    private int turn = random.Next(order.Length);

    // A call that goes somewhere else the second time takes nobody's turn, nor does it always meet the next in line.
    public override Endpoint Pick(in PickContext context, int attempt) =>
        order[context.Avoid is null ? (uint)Interlocked.Increment(ref turn) % (uint)order.Length : (uint)random.Next(order.Length)];
}
