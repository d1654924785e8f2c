using System.Text.Json;

namespace Portolan.Proxy.Mirroring.Comparison;

/// <summary>Finds out in what two answers differ.</summary>
internal sealed class AnswerComparison(CompareConfig config)
{
    private readonly FieldPattern[] ignored = [.. config.Ignore.Select(pattern => new FieldPattern(pattern))];

    /// <summary>The differences; empty when there are none, or none that count.</summary>
    public IReadOnlyList<Difference> Find(Answer primary, Answer mirror)
    {
        var found = new List<Difference>();
        if (primary.Status != mirror.Status)
        {
            found.Add(new Difference("status", $"{primary.Status}", $"{mirror.Status}"));
        }

        for (var index = 0; index < config.Headers.Count; index++)
        {
            if (primary.Headers[index] != mirror.Headers[index])
            {
                var shown = new ShownValue("header." + config.Headers[index], config.ShowValues);
                found.Add(new Difference("header." + config.Headers[index], shown.Of(primary.Headers[index]), shown.Of(mirror.Headers[index])));
            }
        }

        if (primary.Body is { } one && mirror.Body is { } other && !one.AsSpan().SequenceEqual(other))
        {
            FindInBody(primary, mirror, found);
        }

        return found;
    }

    private void FindInBody(Answer primary, Answer mirror, List<Difference> found)
    {
        if (primary.IsJson && mirror.IsJson && TryParse(primary.Body!) is { } one && TryParse(mirror.Body!) is { } other)
        {
            using (one)
            using (other)
            {
                new JsonComparison(ignored, config.ShowValues, found).Compare("", one.RootElement, other.RootElement);
            }
        }
        else
        {
            found.Add(new Difference("body", $"{primary.Body!.Length} bytes", $"{mirror.Body!.Length} bytes"));
        }
    }

    private static JsonDocument? TryParse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
