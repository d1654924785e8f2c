namespace Portolan.Core.Addresses;

/// <summary>Where a store or a bus is: <c>sqlite:.portolan/orders.db</c>, <c>postgres:Host=…</c>, <c>rabbitmq:amqp://…</c>.</summary>
/// <param name="Scheme">The technology, in lower case.</param>
/// <param name="Location">What stands behind the first colon; its meaning is the technology's own.</param>
public sealed record Address(string Scheme, string Location)
{
    /// <summary>Splits at the first colon. False when there is no scheme or nothing behind it.</summary>
    public static bool TryParse(string? text, out Address address)
    {
        address = new Address("", "");
        var colon = text?.IndexOf(':') ?? -1;
        if (colon <= 0 || colon == text!.Length - 1)
        {
            return false;
        }

        address = new Address(text[..colon].Trim().ToLowerInvariant(), text[(colon + 1)..].Trim());
        return address.Scheme.Length > 0 && address.Location.Length > 0;
    }

    /// <summary>The location as a path: absolute as it is, relative against <paramref name="root"/>.</summary>
    public string PathUnder(string root) => Path.GetFullPath(Location, root);

    /// <inheritdoc />
    public override string ToString() => $"{Scheme}:{Location}";
}
