using System.Runtime.CompilerServices;

namespace Portolan.Resilience.Execution;

internal static class Taking
{
    /// <summary>The outcome that is there now. A strategy that throws breaks its contract, and the call must end all the same.</summary>
    public static Outcome<T> From<T>(ref ConfiguredValueTaskAwaitable<Outcome<T>>.ConfiguredValueTaskAwaiter awaiter)
    {
        var ready = awaiter;
        awaiter = default;
        try
        {
            return ready.GetResult();
        }
        catch (Exception exception)
        {
            return Outcome<T>.Of(exception);
        }
    }
}
