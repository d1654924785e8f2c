namespace Portolan.Proxy.Limits;

/// <summary>How much a gateway takes of a client, and how slow one may be. Bytes, and bytes a second.</summary>
public sealed record LimitsConfig
{
    /// <summary>Of a request's body. Default 1 MiB. More is 413.</summary>
    public long Body { get; init; } = 1024 * 1024;

    /// <summary>Of a request's address: path and query. Default 8 KiB. More is 414.</summary>
    public int Uri { get; init; } = 8 * 1024;

    /// <summary>Of all headers of a request together. Default 32 KiB. More is 431.</summary>
    public int Headers { get; init; } = 32 * 1024;

    /// <summary>How many headers a request may have. Default 100. More is 431.</summary>
    public int HeaderCount { get; init; } = 100;

    /// <summary>How long a request's headers may take to arrive. Default 15 s. Longer is 408.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How slowly a request's body may arrive, measured from <see cref="Grace"/> on. Default 240 a second; 0 is any. Slower is 408.</summary>
    public int BodyRate { get; init; } = 240;

    /// <summary>How slowly a client may take an answer, where one waits for it. Default 240 a second; 0 is any. Slower ends the connection.</summary>
    public int AnswerRate { get; init; } = 240;

    /// <summary>For how long a client may be slower than these rates. Default 5 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long a connection is kept between two requests. Default 90 s.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How many connections may be open, WebSockets among them; one more is closed at once. Default: any number.</summary>
    public int? Connections { get; init; }

    /// <summary>How many requests a client may have open on one connection of HTTP/2. Default 100.</summary>
    public int Streams { get; init; } = 100;
}
