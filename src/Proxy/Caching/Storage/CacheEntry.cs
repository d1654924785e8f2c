using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Caching.Freshness;

namespace Portolan.Proxy.Caching.Storage;

/// <summary>
/// One stored answer, ready to be written. Nothing of it changes, but for what the store notes down. Without a status it is a
/// mark: the answer to this may not be kept, so nobody need wait for somebody else's.
/// </summary>
internal sealed class CacheEntry
{
    private readonly TimeProvider clock;
    private Shown? shown;

    public CacheEntry(CachePartition partition, VaryKey vary, int status, KeyValuePair<string, StringValues>[] headers, byte[] body, EntryLife life, TimeProvider clock)
    {
        this.clock = clock;
        Partition = partition;
        Vary = vary;
        Status = status;
        Headers = headers;
        Body = body;
        Life = life;
        StoredAt = clock.GetTimestamp();
        foreach (var (name, values) in headers)
        {
            Read(name, values);
        }
    }

    public CachePartition Partition { get; }

    public VaryKey Vary { get; }

    public int Status { get; }

    public bool IsMark => Status == 0;

    public KeyValuePair<string, StringValues>[] Headers { get; }

    public byte[] Body { get; }

    public EntryLife Life { get; }

    public long StoredAt { get; }

    public StringValues Tag { get; private set; }

    public StringValues LastModified { get; private set; }

    public StringValues UpstreamStatus { get; private set; }

    public DateTimeOffset Date { get; private set; }

    /// <summary>What an operator can purge it by.</summary>
    public IReadOnlyList<string> Tags { get; private set; } = [];

    public bool CanBeValidated => Tag.Count > 0 || LastModified.Count > 0;

    // Of the store, under its lock, but for Visited.
    public CacheResource? Resource { get; set; }

    public CacheEntry? Newer { get; set; }

    public CacheEntry? Older { get; set; }

    /// <summary>It was used since the store's hand passed it last.</summary>
    public bool Visited { get; set; }

    /// <summary>About as many bytes of memory as it takes: characters are two, and objects have heads.</summary>
    public long Size { get; private set; } = 400;

    public TimeSpan Age => Life.InitialAge + clock.GetElapsedTime(StoredAt);

    /// <summary>The values of <c>Age</c> and <c>Cache-Status</c> at an age, made once a second.</summary>
    public Shown ShownAt(TimeSpan age)
    {
        var second = (long)age.TotalSeconds;
        if (shown is { } made && made.Second == second)
        {
            return made;
        }

        var left = (long)Math.Floor((Life.Lifetime - age).TotalSeconds);
        return shown = new Shown(second, second.ToString(CultureInfo.InvariantCulture), StringValues.Concat(UpstreamStatus, $"portolan; hit; ttl={left}"));
    }

    private void Read(string name, StringValues values)
    {
        Size += 2 * name.Length + 64;
        foreach (var value in values)
        {
            Size += 2 * (value?.Length ?? 0) + 32;
        }

        switch (name)
        {
            case { Length: 4 } when name.Equals("ETag", StringComparison.OrdinalIgnoreCase):
                Tag = values;
                break;
            case { Length: 13 } when name.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase):
                LastModified = values;
                break;
            case { Length: 4 } when name.Equals("Date", StringComparison.OrdinalIgnoreCase):
                Date = HttpDates.Read(values) ?? default;
                break;
            case { Length: 12 } when name.Equals("Cache-Status", StringComparison.OrdinalIgnoreCase):
                UpstreamStatus = values;
                break;
            case { Length: 13 } when name.Equals("Surrogate-Key", StringComparison.OrdinalIgnoreCase):
                Tags = [.. Tags, .. values.SelectMany(value => (value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))];
                break;
            case { Length: 9 } when name.Equals("Cache-Tag", StringComparison.OrdinalIgnoreCase):
                Tags = [.. Tags, .. values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
                break;
        }
    }

    /// <summary>Called once, when it is put into the store.</summary>
    public void Weigh(CacheKey key) => Size += Body.Length + Vary.Size + 2 * (key.Host.Length + key.Path.Length + key.Query.Length);

    internal sealed record Shown(long Second, StringValues Age, StringValues Status);
}
