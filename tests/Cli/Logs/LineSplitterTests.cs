using System.Text;
using Portolan.Cli.Logs;

namespace Portolan.Cli.Tests.Logs;

public sealed class LineSplitterTests
{
    private readonly List<string> lines = [];

    [Fact]
    public void Lines_come_whole_however_the_bytes_arrive()
    {
        var splitter = new LineSplitter(lines.Add);
        foreach (var one in Encoding.UTF8.GetBytes("é1\r\n\n2\nrest"))
        {
            splitter.Add([one]);
        }

        Assert.Equal(["é1", "", "2"], lines);
        splitter.Flush();
        Assert.Equal("rest", lines[^1]);
    }

    [Fact]
    public void A_line_without_end_is_cut_and_nothing_of_it_is_lost()
    {
        var splitter = new LineSplitter(lines.Add);
        splitter.Add(Encoding.UTF8.GetBytes(new string('x', LineSplitter.MaximumBytes + 10) + "\nnext\n"));

        Assert.Equal([LineSplitter.MaximumBytes, 10, 4], lines.Select(line => line.Length));
    }
}
