using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace Portolan.Observability.Logs;

/// <summary>A reusable buffer with a JSON writer on it: a log line costs no growth of the heap beyond its values.</summary>
internal sealed class LineBuffer : IResettable, IDisposable
{
    private const int KeptCapacity = 64 * 1024;

    // Log lines are read by people and shippers, not by HTML pages: only what JSON demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> bytes = new(1024);

    public LineBuffer() => Json = new Utf8JsonWriter(bytes, Options);

    public Utf8JsonWriter Json { get; }

    /// <summary>Writes what the JSON writer made, and the end of the line.</summary>
    public void CopyTo(TextWriter writer)
    {
        Json.Flush();
        var text = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(bytes.WrittenCount));
        var length = Encoding.UTF8.GetChars(bytes.WrittenSpan, text);
        writer.Write(text, 0, length);
        writer.Write('\n');
        ArrayPool<char>.Shared.Return(text);
    }

    /// <summary>Empties the buffer. False when it grew too large to be kept.</summary>
    public bool TryReset()
    {
        bytes.ResetWrittenCount();
        Json.Reset(bytes);
        return bytes.Capacity <= KeptCapacity;
    }

    public void Dispose() => Json.Dispose();
}
