namespace Portolan.Hosting.Startup;

/// <summary>What this process is.</summary>
internal sealed record ServiceIdentity(string Name, string ContentRoot, ServiceParts Parts);
