using System.Security.Cryptography;

namespace Portolan.Core.Identity;

/// <summary>
/// Random bytes that nobody can guess, drawn from the system many at a time: it is a system call, and an identifier is needed for
/// every request.
/// </summary>
internal sealed class RandomStock
{
    private const int Drawn = 1024;

    // One for each thread, so that nobody gets what another got and nobody waits.
    [ThreadStatic]
    private static RandomStock? ofThread;

    private readonly byte[] bytes = new byte[Drawn];
    private int left;

    /// <summary>Fills with bytes that are given out once.</summary>
    public static void Take(Span<byte> into) => (ofThread ??= new RandomStock()).TakeNext(into);

    private void TakeNext(Span<byte> into)
    {
        if (left < into.Length)
        {
            RandomNumberGenerator.Fill(bytes);
            left = Drawn;
        }

        left -= into.Length;
        bytes.AsSpan(left, into.Length).CopyTo(into);
    }
}
