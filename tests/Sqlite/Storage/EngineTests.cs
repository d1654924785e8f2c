using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class EngineTests
{
    // The bundled library's own sleep says a million here, and means it.
    [Fact]
    public void The_engine_sleeps_no_longer_than_it_is_asked_to()
    {
        Engine.Load();
        Assert.InRange(Engine.Sleep(39), 0, 1_000);
    }
}
