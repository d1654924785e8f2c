using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Portolan.Proxy.Templates;

/// <summary>A path with holes, to be filled: <c>/customers/{order.customerId}</c>.</summary>
internal sealed class TextTemplate
{
    // Literals at even places, holes at odd ones.
    private readonly string[] pieces;

    private TextTemplate(string[] pieces)
    {
        this.pieces = pieces;
        Holes = [.. pieces.Where((_, index) => index % 2 == 1)];
    }

    /// <summary>What stands in the braces, without the stars of a catch-all.</summary>
    public IReadOnlyList<string> Holes { get; }

    /// <summary>The text up to the first hole.</summary>
    public string Start => pieces[0];

    public static bool TryParse(string text, [NotNullWhen(true)] out TextTemplate? template, [NotNullWhen(false)] out string? error)
    {
        template = null;
        error = TemplateSyntax.Check(text);
        return error is null && TryParseValue(text, out template, out error);
    }

    /// <summary>The same of a text that is no path.</summary>
    public static bool TryParseValue(string text, [NotNullWhen(true)] out TextTemplate? template, [NotNullWhen(false)] out string? error)
    {
        template = null;
        error = null;
        var pieces = new List<string>();
        var from = 0;
        for (var open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', from))
        {
            var close = text.IndexOf('}', open);
            var hole = close < 0 ? "" : text[(open + 1)..close].TrimStart('*');
            if (!hole.Split('.').All(TemplateSyntax.IsName))
            {
                error = $"'{text}' has a brace at character {open + 1} that is not a {{name}} or {{part.field}}.";
                return false;
            }

            pieces.Add(text[from..open]);
            pieces.Add(hole);
            from = close + 1;
        }

        pieces.Add(text[from..]);
        template = new TextTemplate([.. pieces]);
        return true;
    }

    /// <summary>Fills the holes; null when <paramref name="value"/> has nothing for one.</summary>
    public string? Fill(Func<string, string?> value)
    {
        var text = new StringBuilder();
        for (var index = 0; index < pieces.Length; index++)
        {
            var piece = index % 2 == 0 ? pieces[index] : value(pieces[index]);
            if (piece is null)
            {
                return null;
            }

            text.Append(piece);
        }

        return text.ToString();
    }
}
