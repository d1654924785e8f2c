using Microsoft.Data.Sqlite;
using Portolan.Messaging.Envelopes;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Bus;

/// <summary>What one read of a log gave.</summary>
/// <param name="Messages">Those this service wants.</param>
/// <param name="Position">Read up to here; everything before it is received or not for us.</param>
/// <param name="IsEnd">There was nothing more.</param>
/// <param name="Lost">Messages that retention took before they were read.</param>
internal sealed record LogPage(IReadOnlyList<Envelope> Messages, long Position, bool IsEnd, long Lost);

/// <summary>Which log a file holds, and where it begins.</summary>
internal sealed record LogIdentity(string LogId, long Trimmed, long Last);

/// <summary>Reads another service's log. It never writes, so it takes no lock that its producer could wait for.</summary>
internal sealed class LogReader(string path, Func<string, string?, bool> wants) : IDisposable
{
    private readonly DateTime made = File.GetCreationTimeUtc(path);
    private readonly SqliteDatabase database = SqliteDatabase.OpenReadOnly(path);

    /// <summary>True when the file was removed, or another one lies in its place: this one will never grow again.</summary>
    public bool IsReplaced => !File.Exists(path) || File.GetCreationTimeUtc(path) != made;

    /// <summary>Null while the producer is still making the file.</summary>
    public LogIdentity? Identify()
    {
        try
        {
            return database.Query(
                $"select log_id, trimmed, coalesce((select max(position) from messages), trimmed) from log",
                row => new LogIdentity(row.GetString(0), row.GetInt64(1), row.GetInt64(2))).FirstOrDefault();
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    public LogPage Read(long after, int limit)
    {
        var position = after;
        var read = 0;
        var first = 0L;
        var messages = database.Query(
            $"select position, type, destination, id, type, source, destination, key, headers, time, body from messages where position > {after} order by position limit {limit}",
            row =>
            {
                read++;
                position = row.GetInt64(0);
                first = first == 0 ? position : first;
                return wants(row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)) ? EnvelopeRow.Read(row, 3) : null;
            });

        // Positions have no gaps of their own, so the question behind one is rarely asked.
        var lost = first > after + 1 ? Math.Max(0, Identify()!.Trimmed - after) : 0;
        return new LogPage([.. messages.OfType<Envelope>()], position, read < limit, lost);
    }

    public void Dispose() => database.Dispose();
}
