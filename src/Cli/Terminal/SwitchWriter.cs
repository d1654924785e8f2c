using System.Text;

namespace Portolan.Cli.Terminal;

/// <summary>Writes somewhere, and from some moment on somewhere else.</summary>
internal sealed class SwitchWriter(TextWriter first) : TextWriter
{
    private volatile TextWriter target = first;

    public override Encoding Encoding => target.Encoding;

    public void SwitchTo(TextWriter next) => target = next;

    public override void Write(char value) => target.Write(value);

    public override void Write(string? value) => target.Write(value);

    public override void WriteLine(string? value) => target.WriteLine(value);

    public override Task WriteLineAsync(string? value) => target.WriteLineAsync(value);

    public override void Flush() => target.Flush();
}
