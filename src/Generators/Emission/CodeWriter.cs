using System.Text;

namespace Portolan.Generators.Emission;

/// <summary>Lines of code, indented by the braces around them.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "") => _text.Append(line.Length > 0 ? new string(' ', _depth * 4) : "").Append(line).Append('\n');

    public void Block(string header, Action body)
    {
        Line(header);
        Braces(body, "}");
    }

    /// <summary>The elements of an array, each with a comma after it.</summary>
    public void Array(Action elements) => Braces(elements, "};");

    private void Braces(Action body, string end)
    {
        Line("{");
        _depth++;
        body();
        _depth--;
        Line(end);
    }

    public override string ToString() => _text.ToString();
}
