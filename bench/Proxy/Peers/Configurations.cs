namespace Portolan.Bench.Proxy.Peers;

/// <summary>Each proxy's own file for the same task: everything to one backend over kept connections, with the usual forwarding headers.</summary>
internal static class Configurations
{
    /// <param name="routes">So many; the last of them, or the one that takes everything else, is asked.</param>
    public static string Gateway(int backend, int routes)
    {
        var others = string.Concat(Enumerable.Range(0, routes - 2).Select(number => $"  - {{ path: \"/r{number}/items/{{id}}\", service: backend }}\n"));
        return $$"""
            services:
              backend: { addresses: ["127.0.0.1:{{backend}}"] }
            routes:
              - { path: /cached, service: backend, cache: { ttl: 1h } }
              - { path: "/{**rest}", service: backend }

            """ + others;
    }

    /// <param name="tls">Certificate and key in PEM: with them it speaks HTTP/2 over TLS. Else HTTP/1.1.</param>
    public static string Nginx(int port, int backend, string folder, (string Certificate, string Key)? tls = null) => $$"""
        daemon off;
        worker_processes 1;
        user {{Environment.UserName}};
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/nginx.error.log;
        events { worker_connections 8192; }
        http {
          access_log off;
          keepalive_requests 1000000000;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          proxy_cache_path {{folder}}/cache keys_zone=answers:10m;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-Forwarded-Host $host;
          proxy_set_header X-Request-ID $request_id;
          upstream backend { server 127.0.0.1:{{backend}}; keepalive 128; keepalive_requests 1000000000; }
          server {
            listen 127.0.0.1:{{port}}{{(tls is { } pair ? $" ssl http2; ssl_certificate {pair.Certificate}; ssl_certificate_key {pair.Key}" : "")}};
            location / { proxy_pass http://backend; }
            location /cached { proxy_cache answers; proxy_cache_valid 200 1h; proxy_pass http://backend; }
          }
        }
        """;

    public static string HaProxy(int port, int backend) => $"""
        global
          nbthread 1
          maxconn 8192
        defaults
          mode http
          option forwardfor
          timeout connect 5s
          timeout client 300s
          timeout server 30s
        frontend all
          bind 127.0.0.1:{port}
          default_backend one
        backend one
          http-reuse always
          server one 127.0.0.1:{backend}

        """;
}
