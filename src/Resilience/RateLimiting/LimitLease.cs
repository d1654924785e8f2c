using System.Threading.RateLimiting;

namespace Portolan.Resilience.RateLimiting;

/// <summary>A limiter's answer in the framework's shape. There is nothing to give back: a rate is used, not borrowed.</summary>
internal sealed class LimitLease : RateLimitLease
{
    private static readonly string[] Names = [MetadataName.RetryAfter.Name];
    private static readonly LimitLease Granted = new(true, null);

    private readonly TimeSpan? retryAfter;

    private LimitLease(bool granted, TimeSpan? retryAfter)
    {
        IsAcquired = granted;
        this.retryAfter = retryAfter;
    }

    public override bool IsAcquired { get; }

    public override IEnumerable<string> MetadataNames => Names;

    public static LimitLease Of(in LimitResult result) => result.Admitted ? Granted : new(false, result.RetryAfter);

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
        return metadata is not null;
    }
}
