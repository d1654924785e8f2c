using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Listening;

/// <summary>What of a listener only a machine can tell: whether its files are there and fit, and whether it can be opened.</summary>
/// <param name="Folder">What paths of files are relative to.</param>
/// <param name="Opens">True where it is about to listen. A file is checked on other machines too, which have other addresses.</param>
internal sealed record ListenChecks(string Folder, bool Opens)
{
    public void Check(ListenerConfig listener, YamlFields fields, YamlProblems problems)
    {
        if (listener is { Certificate: { } certificate, Key: { } key }
            && (Misfit("certificate", certificate, "CERTIFICATE", "certificate") ?? Misfit("key", key, "PRIVATE KEY", "private key") ?? Mismatch(certificate, key)) is { } misfit)
        {
            problems.Add(fields.PlaceOf(misfit.Key), misfit.Text);
        }

        if (Opens && Closed(listener) is { } closed)
        {
            problems.Add(fields.PlaceOf(closed.Key), closed.Text);
        }
    }

    private (string Key, string Text)? Misfit(string key, string file, string label, string what)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(Folder, file));
            return text.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) && key == "key" ? (key, $"the private key in '{file}' is encrypted; give it without a password.")
                : text.Contains(label + "-----", StringComparison.Ordinal) ? null
                : (key, $"'{file}' has no {what} in PEM.");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return (key, $"there is no file '{file}' in '{Folder}'.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (key, $"'{file}' cannot be read: {unreadable.Message}");
        }
    }

    private (string Key, string Text)? Mismatch(string certificate, string key)
    {
        var (pem, secret) = (File.ReadAllText(Path.Combine(Folder, certificate)), File.ReadAllText(Path.Combine(Folder, key)));
        try
        {
            new X509Certificate2Collection().ImportFromPem(pem);
        }
        catch (CryptographicException damaged)
        {
            return ("certificate", $"the certificate in '{certificate}' cannot be read: {damaged.Message}");
        }

        try
        {
            X509Certificate2.CreateFromPem(pem, secret).Dispose();
            return null;
        }
        catch (Exception misfit) when (misfit is CryptographicException or ArgumentException)
        {
            return ("key", $"the private key in '{key}' is not that of the certificate in '{certificate}'.");
        }
    }

    private static (string Key, string Text)? Closed(ListenerConfig listener)
    {
        try
        {
            using var socket = new Socket(listener.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(listener.Address, listener.Port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode switch
            {
                SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => ("address", $"{listener.Address} is no address of this machine."),
                SocketError.AddressAlreadyInUse => ("port", $"port {listener.Port} is in use by another program; choose another one, or stop that program."),
                SocketError.AccessDenied => ("port", $"this user may not open port {listener.Port}; choose one above 1023."),
                _ => ("port", $"port {listener.Port} of {listener.Address} cannot be opened: {refused.Message}"),
            };
        }
    }
}
