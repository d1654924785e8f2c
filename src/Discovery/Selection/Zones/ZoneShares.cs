namespace Portolan.Discovery.Selection.Zones;

/// <summary>
/// Which share of its calls a caller sends into which zone, so that every endpoint gets the same load and as little as
/// possible leaves its zone (Envoy's zone-aware routing).
/// </summary>
internal static class ZoneShares
{
    /// <param name="own">The caller's zone.</param>
    /// <param name="capacities">What the endpoints of each zone can carry, in any unit.</param>
    /// <param name="callers">How many callers each zone has, in any unit; empty: the same in every zone.</param>
    /// <returns>By zone; together 1. Empty when there is no capacity.</returns>
    public static IReadOnlyDictionary<string, double> Of(
        string own, IReadOnlyDictionary<string, double> capacities, IReadOnlyDictionary<string, double> callers)
    {
        var whole = capacities.Values.Sum();
        if (whole <= 0)
        {
            return new Dictionary<string, double>();
        }

        var load = LoadOf(own, capacities, callers);
        var spare = capacities.ToDictionary(zone => zone.Key, zone => (zone.Value / whole) - load.GetValueOrDefault(zone.Key));
        var stays = load[own] <= 0 ? 1 : Math.Min(1, capacities.GetValueOrDefault(own) / whole / load[own]);
        var others = spare.Where(zone => zone.Value > 0 && zone.Key != own).ToList();
        var room = others.Sum(zone => zone.Value);

        // Rounding alone may leave a bit too much and nobody with room for it.
        if (stays >= 1 || room <= 1e-9)
        {
            return new Dictionary<string, double> { [own] = 1 };
        }

        var shares = others.ToDictionary(zone => zone.Key, zone => (1 - stays) * zone.Value / room);
        shares[own] = stays;
        return shares;
    }

    private static Dictionary<string, double> LoadOf(
        string own, IReadOnlyDictionary<string, double> capacities, IReadOnlyDictionary<string, double> callers)
    {
        var whole = callers.Values.Sum();

        // This process is a caller itself: a list without its zone is wrong, or late.
        if (whole > 0 && callers.GetValueOrDefault(own) > 0)
        {
            return callers.ToDictionary(zone => zone.Key, zone => zone.Value / whole);
        }

        var zones = capacities.Keys.Append(own).Distinct().ToList();
        return zones.ToDictionary(zone => zone, _ => 1.0 / zones.Count);
    }
}
