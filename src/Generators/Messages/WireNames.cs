using System.Collections.Immutable;
using Portolan.Generators.Diagnostics;

namespace Portolan.Generators.Messages;

/// <summary>Compares the wire names of all messages of a service.</summary>
internal static class WireNames
{
    public static IEnumerable<Finding> Duplicates(ImmutableArray<FoundMessage> messages) =>
        messages
            .Where(message => message.Found.Part is not null)
            .GroupBy(message => message.Found.Part!.Name, StringComparer.Ordinal)
            .SelectMany(Duplicates);

    private static IEnumerable<Finding> Duplicates(IGrouping<string, FoundMessage> sameName)
    {
        var ordered = sameName
            .OrderBy(message => message.Place?.Path, StringComparer.Ordinal)
            .ThenBy(message => message.Place?.Span.Start)
            .ToList();
        var first = ordered[0].Found.Part!.Type;
        return ordered.Skip(1)
            .Where(message => message.Found.Part!.Type != first)
            .Select(message => new Finding(
                Rules.WireName, message.Place,
                $"The wire name '{sameName.Key}' of '{Plain(message.Found.Part!.Type)}' already belongs to '{Plain(first)}': give one of them another name or version."));
    }

    private static string Plain(string type) => type.Replace("global::", "");
}
