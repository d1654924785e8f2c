namespace Portolan.ControlPlane.Operators;

/// <summary>What one service's operator surface answered.</summary>
/// <param name="Service">Who was asked.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">As it came.</param>
/// <param name="Failure">Why nothing can be said about this service; null when it answered.</param>
internal sealed record ServiceAnswer(string Service, int Status, string? ContentType, byte[] Body, string? Failure)
{
    /// <summary>Which of its instances; null where none was asked.</summary>
    public string? Instance { get; init; }

    public bool Succeeded => Status is >= 200 and < 300;

    public static ServiceAnswer Unreachable(string service, string reason) => new(service, 0, null, [], reason);
}
