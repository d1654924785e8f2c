using System.Globalization;
using System.Text;

namespace Portolan.Observability.Metrics;

/// <summary>Prometheus' text format 0.0.4, and its names.</summary>
internal static class PrometheusText
{
    /// <summary>Of the answer that has it.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The name of an instrument there: its unit spelt out, and the mark of a counter.</summary>
    public static string NameOf(string name, string? unit, MetricKind kind)
    {
        var suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "%" => "_percent", _ => "" };
        var clean = Clean(name);
        clean = clean.EndsWith(suffix, StringComparison.Ordinal) ? clean : clean + suffix;
        return kind != MetricKind.Counter || clean.EndsWith("_total", StringComparison.Ordinal) ? clean : clean + "_total";
    }

    public static void Append(StringBuilder text, MetricFamily family)
    {
        var all = family.Series.ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" }).Append('\n');
        foreach (var series in all)
        {
            if (family.Kind == MetricKind.Histogram)
            {
                AppendHistogram(text, family.Name, series);
            }
            else
            {
                AppendLine(text, family.Name, series, null, Number(series.Value));
            }
        }

        if (family.Dropped > 0)
        {
            text.Append("# ").Append(family.Dropped.ToString(CultureInfo.InvariantCulture)).Append(" measurements with further labels were dropped.\n");
        }
    }

    private static void AppendHistogram(StringBuilder text, string name, MetricSeries series)
    {
        var counts = series.Counts;
        var total = 0L;
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            total += counts[bucket];
            var bound = bucket < series.Bounds.Count ? Number(series.Bounds[bucket]) : "+Inf";
            AppendLine(text, name + "_bucket", series, bound, total.ToString(CultureInfo.InvariantCulture));
        }

        AppendLine(text, name + "_sum", series, null, Number(series.Value));
        AppendLine(text, name + "_count", series, null, total.ToString(CultureInfo.InvariantCulture));
    }

    private static void AppendLine(StringBuilder text, string name, MetricSeries series, string? bound, string value)
    {
        text.Append(name);
        var labels = series.Tags.Select(tag => $"{Clean(tag.Key)}=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\"");
        var all = string.Join(',', bound is null ? labels : labels.Append($"le=\"{bound}\""));
        if (all.Length > 0)
        {
            text.Append('{').Append(all).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Clean(string name)
    {
        var clean = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return clean.Length > 0 && char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
