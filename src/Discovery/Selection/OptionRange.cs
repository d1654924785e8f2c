namespace Portolan.Discovery.Selection;

/// <summary>Says of a number or a time outside of its range what it is and what it may be.</summary>
internal static class OptionRange
{
    public static void Check<TValue>(List<string> errors, string option, TValue value, TValue minimum, TValue maximum)
        where TValue : IComparable<TValue>
    {
        // Said this way round, what is no number is outside of every range.
        if (!(value.CompareTo(minimum) >= 0 && value.CompareTo(maximum) <= 0))
        {
            errors.Add($"{option} is {value}; give {minimum} to {maximum}.");
        }
    }
}
