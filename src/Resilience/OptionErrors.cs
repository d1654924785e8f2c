namespace Portolan.Resilience;

/// <summary>Collects what is wrong with options, so that all of it is said at once: "Attempts is 0; give 1 to 1024."</summary>
internal sealed class OptionErrors
{
    private readonly List<string> errors = [];

    public IReadOnlyList<string> All => errors;

    public OptionErrors Range<TValue>(string option, TValue value, TValue minimum, TValue maximum)
        where TValue : IComparable<TValue> =>
        Require(value.CompareTo(minimum) >= 0 && value.CompareTo(maximum) <= 0, $"{option} is {value}; give {minimum} to {maximum}.");

    public OptionErrors Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            errors.Add(otherwise);
        }

        return this;
    }

    /// <exception cref="ArgumentException">There is an error; the message has all of them.</exception>
    public static void ThrowIfAny(string options, IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new ArgumentException($"{options}: {string.Join(' ', errors)}");
        }
    }
}
