using Portolan.Messaging.Transport;

namespace Portolan.Testing;

/// <summary>
/// A few services in one process, each with its own store, on one bus and one clock. Nothing runs by itself: a test sends,
/// then runs the platform until it is idle, and lets time pass when it wants to.
/// </summary>
public sealed class TestPlatform : IAsyncDisposable
{
    private readonly Dictionary<string, TestService> services = new(StringComparer.Ordinal);
    private readonly DirectoryInfo folder;

    private TestPlatform(TestPlatformBuilder builder)
    {
        folder = Directory.CreateTempSubdirectory("portolan-test-");
        Clock = new VirtualClock(builder.StartTime);
        Bus = new InMemoryBus(builder.Bus);
    }

    /// <summary>The time of all services.</summary>
    public VirtualClock Clock { get; }

    /// <summary>The bus between them.</summary>
    public InMemoryBus Bus { get; }

    /// <summary>One service.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public TestService this[string service] => services[service];

    /// <summary>Starts the services that <paramref name="configure"/> adds, in that order.</summary>
    public static async Task<TestPlatform> StartAsync(Action<TestPlatformBuilder> configure, CancellationToken cancellationToken = default)
    {
        var builder = new TestPlatformBuilder();
        configure(builder);
        var platform = new TestPlatform(builder);
        try
        {
            foreach (var (name, parts, options) in builder.Services)
            {
                var plan = new TestServicePlan(name, parts, options, Path.Combine(platform.folder.FullName, name + ".db"), platform.Bus, platform.Clock);
                platform.services.Add(name, await TestService.StartAsync(plan, cancellationToken));
            }

            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Relays, handles, retries and moves sagas until nothing is left to do at this moment. What is due later waits for
    /// <see cref="AdvanceAsync"/>.
    /// </summary>
    /// <param name="maximumRounds">Turns of all services after which it gives up.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidOperationException">There is no end to it: messages beget messages.</exception>
    public async Task RunUntilIdleAsync(int maximumRounds = 2_000, CancellationToken cancellationToken = default)
    {
        for (var round = 0; round < maximumRounds; round++)
        {
            if (!await RunOnceAsync(cancellationToken))
            {
                return;
            }
        }

        var last = string.Join(", ", Bus.Messages.TakeLast(6).Select(message => message.Type));
        throw new InvalidOperationException($"After {maximumRounds} rounds there is still something to do; the last messages were {last}. Does each handler's message make another handler send one?");
    }

    /// <summary>Lets time pass, then runs until idle.</summary>
    public Task AdvanceAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        Clock.Advance(time);
        return RunUntilIdleAsync(cancellationToken: cancellationToken);
    }

    /// <summary>Ends a service, as a crash would between two commits, and starts it again on the same store.</summary>
    public async Task RestartAsync(string service, CancellationToken cancellationToken = default) =>
        services[service] = await services[service].RestartAsync(cancellationToken);

    /// <summary>One turn of every service, in the order they were added. False when none had anything to do.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        var moved = false;
        foreach (var service in services.Values)
        {
            moved |= await service.RunOnceAsync(cancellationToken);
        }

        return moved;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var service in services.Values)
        {
            await service.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }
}
