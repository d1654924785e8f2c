using System.Data.Common;
using Portolan.Core.Database;

namespace Portolan.Messaging.Envelopes;

/// <summary>Reads an envelope from the columns that every table of messages has, in this order.</summary>
public static class EnvelopeRow
{
    /// <summary>The columns <see cref="Read"/> takes: id, type, source, destination, key, headers, time, body.</summary>
    public static Envelope Read(DbDataReader row, int first = 0) => new()
    {
        Id = row.GetGuid(first),
        Type = row.GetString(first + 1),
        Source = row.GetString(first + 2),
        Destination = row.GetStringOrNull(first + 3),
        Key = row.GetStringOrNull(first + 4),
        Headers = EnvelopeHeaders.FromJson(row.GetString(first + 5)),
        Time = row.GetTime(first + 6),
        Body = row.GetBytes(first + 7),
    };

    /// <summary>Headers as a column holds them.</summary>
    public static string Headers(Envelope envelope) => EnvelopeHeaders.ToJson(envelope.Headers);
}
