using System.Text.Json;

namespace Portolan.Proxy.Mirroring.Comparison;

/// <summary>Compares JSON by what it means: the order of members, blanks and the spelling of numbers do not count.</summary>
internal sealed class JsonComparison(FieldPattern[] ignored, bool showValues, List<Difference> found)
{
    // More do not tell more: the answers are simply different ones.
    private const int Most = 100;

    public void Compare(string path, JsonElement one, JsonElement other)
    {
        if (found.Count >= Most || (path.Length > 0 && ignored.Any(pattern => pattern.Matches(path))))
        {
            return;
        }

        switch (one.ValueKind, other.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                CompareMembers(path, one, other);
                break;
            case (JsonValueKind.Array, JsonValueKind.Array):
                CompareElements(path, one, other);
                break;
            case (JsonValueKind.Number, JsonValueKind.Number):
                AddUnless(SameNumber(one, other), path, one, other);
                break;
            case (JsonValueKind.String, JsonValueKind.String):
                AddUnless(one.GetString() == other.GetString(), path, one, other);
                break;
            default:
                AddUnless(one.ValueKind == other.ValueKind, path, one, other);
                break;
        }
    }

    private void CompareMembers(string path, JsonElement one, JsonElement other)
    {
        foreach (var member in one.EnumerateObject())
        {
            Compare(Join(path, member.Name), member.Value, other.TryGetProperty(member.Name, out var value) ? value : default);
        }

        foreach (var member in other.EnumerateObject())
        {
            if (!one.TryGetProperty(member.Name, out _))
            {
                Compare(Join(path, member.Name), default, member.Value);
            }
        }
    }

    private void CompareElements(string path, JsonElement one, JsonElement other)
    {
        var (length, otherLength) = (one.GetArrayLength(), other.GetArrayLength());
        if (length != otherLength)
        {
            found.Add(new Difference(Field(path + "[]"), $"{length} elements", $"{otherLength} elements"));
        }

        for (var index = 0; index < Math.Min(length, otherLength); index++)
        {
            Compare(path + "[]", one[index], other[index]);
        }
    }

    private static bool SameNumber(JsonElement one, JsonElement other) =>
        one.GetRawText() == other.GetRawText()
        || (one.TryGetDecimal(out var exact) && other.TryGetDecimal(out var otherExact) ? exact == otherExact : one.GetDouble().Equals(other.GetDouble()));

    private void AddUnless(bool same, string path, JsonElement one, JsonElement other)
    {
        if (!same)
        {
            var shown = new ShownValue(path, showValues);
            found.Add(new Difference(Field(path), shown.Of(one), shown.Of(other)));
        }
    }

    private static string Field(string path) => path.Length == 0 ? "body" : path[0] == '[' ? "body" + path : "body." + path;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
