using System.Text;
using Portolan.Cli.Load;

namespace Portolan.Cli.Tests.Load;

public sealed class AnswerParserTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, 5, true)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:0\r\nConnection: close\r\n\r\n", 200, 0, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", 200, 1, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: Keep-Alive\r\n\r\na", 200, 1, true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, 0, true)]
    [InlineData("HTTP/1.1 304\r\nContent-Length: 900\r\n\r\n", 304, 0, true)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404, 2, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n", 200, 15, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, 0, true)]
    public void The_end_of_an_answer_is_found_in_whatever_pieces_it_comes(string answer, int status, int length, bool keepsAlive)
    {
        for (var piece = 1; piece <= answer.Length; piece++)
        {
            var parser = new AnswerParser(head: false);

            Assert.Equal(answer.Length, Feed(parser, answer, piece));
            Assert.Equal((status, length, keepsAlive), (parser.Status, parser.Length, parser.KeepsAlive));
        }
    }

    [Fact]
    public void An_answer_to_head_has_no_body()
    {
        var answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

        Assert.Equal(answer.Length, Feed(new AnswerParser(head: true), answer, 7));
    }

    [Fact]
    public void An_answer_without_a_length_ends_with_the_connection()
    {
        var parser = new AnswerParser(head: false);

        Assert.Equal(-1, Feed(parser, "HTTP/1.1 200 OK\r\n\r\nhello", 4));
        Assert.True(parser.End());
        Assert.Equal((5, false), (parser.Length, parser.KeepsAlive));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.1 2xx OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n")]
    public void What_is_no_answer_is_said_to_be_none(string answer) =>
        Assert.Throws<FormatException>(() => Feed(new AnswerParser(head: false), answer, answer.Length));

    /// <summary>How many bytes made the answer complete, or -1.</summary>
    private static int Feed(AnswerParser parser, string answer, int piece)
    {
        parser.Reset();
        for (var at = 0; at < answer.Length; at += piece)
        {
            var part = Encoding.ASCII.GetBytes(answer, at, Math.Min(piece, answer.Length - at));
            part.CopyTo(parser.Room);
            if (parser.Take(part.Length))
            {
                return at + part.Length;
            }
        }

        return -1;
    }
}
