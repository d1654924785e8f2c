using Portolan.Core.Messages;

namespace Portolan.Hosting.Tests.Startup;

/// <summary>A command to the service under test itself.</summary>
/// <param name="Number">Anything.</param>
[Command("test.ping.v1")]
public sealed record Ping(int Number);
