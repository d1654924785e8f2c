using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Portolan.Generators.Diagnostics;

/// <summary>A position in source. A <see cref="Location"/> would keep a whole compilation alive in the generator's cache.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static Place? Of(ISymbol symbol) => Of(symbol.Locations.FirstOrDefault(location => location.IsInSource));

    public static Place? Of(AttributeData attribute, CancellationToken cancellationToken) =>
        Of(attribute.ApplicationSyntaxReference?.GetSyntax(cancellationToken).GetLocation());

    private static Place? Of(Location? location) =>
        location?.SourceTree is { } tree ? new(tree.FilePath, location.SourceSpan, location.GetLineSpan().Span) : null;

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
