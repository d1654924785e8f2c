using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>The service is nginx.</summary>
public sealed class NginxTests : IAsyncLifetime
{
    private const string Configuration = """
        daemon off;
        USER
        worker_processes 1;
        pid nginx.pid;
        error_log stderr warn;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path temp;
            proxy_temp_path temp;
            fastcgi_temp_path temp;
            uwsgi_temp_path temp;
            scgi_temp_path temp;
            types { text/plain txt; }
            gzip on;
            gzip_proxied any;
            gzip_min_length 1;
            gzip_types text/plain;
            keepalive_requests 20;
            server {
                listen 127.0.0.1:PORT;
                root files;
                client_max_body_size 100m;
                add_header X-Connection $connection always;
                location /put/ { dav_methods PUT DELETE; create_full_put_path on; }
            }
        }
        """;

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly string folder = Directory.CreateTempSubdirectory("portolan-nginx-").FullName;
    private readonly byte[] large = RandomNumberGenerator.GetBytes(20_000_000);
    private readonly string text = string.Concat(Enumerable.Repeat("all work and no play ", 10_000));
    private Tool? nginx;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        var path = Tool.Find("nginx", "nginx");
        Directory.CreateDirectory(Path.Combine(folder, "files", "put"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "files", "large.bin"), large, Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "files", "text.txt"), text, Token);
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();

            // Started as root it would let go of what it needs to read our files.
            var configuration = Configuration.Replace("PORT", $"{port}", StringComparison.Ordinal).Replace("USER", Environment.IsPrivilegedProcess ? "user root;" : "", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), configuration, Token);
            nginx = Tool.Start(path, "-p", folder, "-c", "nginx.conf", "-e", "stderr");
            address = $"http://127.0.0.1:{port}";
            if (await IsThereAsync(port) || attempt == 5)
            {
                return;
            }

            await nginx.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (nginx is not null)
        {
            await nginx.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_large_file_its_ranges_and_its_conditions_pass()
    {
        await using var gateway = await Gateways.StartAsync(address);
        using var whole = await gateway.Client.GetAsync("/large.bin", Token);
        Assert.Equal(large, await whole.Content.ReadAsByteArrayAsync(Token));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/large.bin") { Headers = { Range = new RangeHeaderValue(1_000_000, 1_999_999) } };
        using var part = await gateway.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("bytes 1000000-1999999/20000000", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(large[1_000_000..2_000_000], await part.Content.ReadAsByteArrayAsync(Token));

        using var parts = new HttpRequestMessage(HttpMethod.Get, "/large.bin") { Headers = { Range = new RangeHeaderValue { Ranges = { new(0, 1), new(10, 11) } } } };
        using var several = await gateway.Client.SendAsync(parts, Token);
        Assert.Equal("multipart/byteranges", several.Content.Headers.ContentType!.MediaType);

        using var condition = new HttpRequestMessage(HttpMethod.Get, "/large.bin") { Headers = { IfNoneMatch = { whole.Headers.ETag! } } };
        using var unchanged = await gateway.Client.SendAsync(condition, Token);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(whole.Headers.ETag, unchanged.Headers.ETag);

        using var head = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/large.bin"), Token);
        Assert.Equal(20_000_000, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task What_it_compresses_arrives_compressed()
    {
        await using var gateway = await Gateways.StartAsync(address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/text.txt") { Headers = { AcceptEncoding = { new("gzip") } } };
        using var response = await gateway.Client.SendAsync(request, Token);
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(Token), CompressionMode.Decompress);
        using var reader = new StreamReader(plain, Encoding.ASCII);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Equal(text, await reader.ReadToEndAsync(Token));
        Assert.Equal(text, await gateway.Client.GetStringAsync("/text.txt", Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_upload_arrives(bool declared)
    {
        await using var gateway = await Gateways.StartAsync(address);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/put/{declared}.bin") { Content = new ByteArrayContent(large) };
        request.Headers.TransferEncodingChunked = declared ? null : true;
        using var put = await gateway.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(large, await gateway.Client.GetByteArrayAsync($"/put/{declared}.bin", Token));

        using var deleted = await gateway.Client.DeleteAsync($"/put/{declared}.bin", Token);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Its_connections_are_kept_until_it_ends_them_and_no_request_is_lost_by_that()
    {
        await using var gateway = await Gateways.StartAsync(address);
        var connections = new HashSet<string>();
        for (var number = 0; number < 100; number++)
        {
            using var response = await gateway.Client.GetAsync("/text.txt", Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            connections.Add(response.Headers.GetValues("X-Connection").Single());
        }

        // It ends each after twenty requests.
        Assert.Equal(5, connections.Count);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> IsThereAsync(int port)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, Token);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
            }
        }

        return false;
    }
}
