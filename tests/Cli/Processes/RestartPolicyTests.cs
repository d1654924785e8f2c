using Portolan.Cli.Processes;

namespace Portolan.Cli.Tests.Processes;

public sealed class RestartPolicyTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void The_delay_doubles_up_to_ten_seconds()
    {
        var policy = new RestartPolicy(time);

        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10], Enumerable.Range(0, 8).Select(_ => policy.OnExit().TotalSeconds));
    }

    [Theory]
    [InlineData(29, 0.8)]
    [InlineData(30, 0.2)]
    public void Only_half_a_minute_of_health_makes_the_delay_short_again(int healthySeconds, double expected)
    {
        var policy = new RestartPolicy(time);
        policy.OnExit();
        policy.OnExit();

        policy.OnHealthy();
        time.Advance(TimeSpan.FromSeconds(healthySeconds));

        Assert.Equal(expected, policy.OnExit().TotalSeconds);
    }

    [Fact]
    public void A_process_that_lived_long_without_health_has_not_recovered()
    {
        var policy = new RestartPolicy(time);
        policy.OnExit();

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(0.4, policy.OnExit().TotalSeconds);
    }
}
