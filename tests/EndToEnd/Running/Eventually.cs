namespace Portolan.EndToEnd.Tests.Running;

/// <summary>Real processes have no virtual clock: ask again until it holds, or until the deadline.</summary>
internal static class Eventually
{
    public static async Task<T> IsAsync<T>(Func<Task<T?>> ask, string what, TimeSpan? within = null)
        where T : class
    {
        var deadline = DateTime.UtcNow + (within ?? TimeSpan.FromSeconds(60));
        while (true)
        {
            T? answer = null;
            try
            {
                answer = await ask();
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                // A process is being restarted.
            }

            if (answer is not null)
            {
                return answer;
            }

            Assert.True(DateTime.UtcNow < deadline, $"In time it never came true that {what}.");
            await Task.Delay(50);
        }
    }
}
