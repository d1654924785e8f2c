using System.Threading.Channels;
using Portolan.Core.Problems;
using Portolan.Proxy.Mirroring.Comparison;

namespace Portolan.Proxy.Mirroring;

/// <summary>Sends a message to an instance of a service, and returns with the head of the answer.</summary>
/// <param name="service">Its name.</param>
/// <param name="target">A path with its query.</param>
/// <param name="create">Makes the message, for each attempt.</param>
/// <param name="timeout">Until the head is there.</param>
/// <param name="cancellationToken">Ends it.</param>
internal delegate Task<HttpResponseMessage> MirrorSend(
    string service, string target, Func<TimeSpan, HttpRequestMessage> create, TimeSpan? timeout, CancellationToken cancellationToken);

/// <summary>Sends a route's copies, so many at once and no more, and keeps what came of them.</summary>
internal sealed class Mirror : IDisposable
{
    private readonly Channel<MirrorJob> queue;
    private readonly MirrorSend send;
    private readonly TimeProvider clock;
    private readonly AnswerComparison comparison;

    public Mirror(string route, MirrorConfig config, MirrorSend send, TimeProvider clock)
    {
        (Route, Config, this.send, this.clock) = (route, config, send, clock);
        Results = new MirrorResults(route, clock);
        comparison = new AnswerComparison(config.Compare ?? new CompareConfig());
        queue = Channel.CreateBounded<MirrorJob>(config.Queue);
        for (var worker = 0; worker < config.Concurrency; worker++)
        {
            _ = Task.Run(WorkAsync, CancellationToken.None);
        }
    }

    public string Route { get; }

    public MirrorConfig Config { get; }

    public MirrorResults Results { get; }

    /// <summary>Sends a copy when its turn comes; drops it where too many wait.</summary>
    public void Offer(MirrorJob job)
    {
        if (!queue.Writer.TryWrite(job))
        {
            Results.Drop("queue");
        }
    }

    /// <summary>Copies under way are sent to their end; no more come.</summary>
    public void Dispose() => queue.Writer.TryComplete();

    private async Task WorkAsync()
    {
        await foreach (var job in queue.Reader.ReadAllAsync())
        {
            await SendAsync(job);
        }
    }

    private async Task SendAsync(MirrorJob job)
    {
        var began = clock.GetTimestamp();
        using var time = new CancellationTokenSource(Config.Timeout, clock);
        try
        {
            using var response = await send(Config.Service, job.Target, _ => job.Create(), Config.Timeout, time.Token);
            var took = clock.GetElapsedTime(began);
            var answer = await ReadAsync(response, time.Token);
            Results.Compared(job, took, comparison.Find(job.Primary!, answer));
        }
        catch (ProblemException exception)
        {
            Results.Fail(exception.Problem.Name);
        }
        catch (OperationCanceledException)
        {
            Results.Fail("gateway-timeout");
        }
        catch (Exception exception)
        {
            // Whatever it is, it is not the client's, who has his answer; and the next copy is to be sent.
            Results.Fail(exception.GetType().Name);
        }
    }

    private async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var headers = Config.Compare is { } compare ? compare.Headers.Select(name => ValueOf(response, name)).ToList() : [];
        var body = Config.Compare is null ? null : await ReadBodyAsync(response, cancellationToken);
        return new Answer((int)response.StatusCode, headers, IsJson(ValueOf(response, "Content-Type")), body);
    }

    private async Task<byte[]?> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var copy = new BodyCopy(Config.MaxBody);
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[8192];
        while (!copy.IsOver && await stream.ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            copy.Take(buffer.AsSpan(0, length));
        }

        return copy.IsOver ? null : copy.Bytes;
    }

    private static string ValueOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : "";

    /// <summary>True for the type of a JSON body.</summary>
    public static bool IsJson(string? type)
    {
        var media = type.AsSpan();
        var semicolon = media.IndexOf(';');
        media = (semicolon < 0 ? media : media[..semicolon]).Trim();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
