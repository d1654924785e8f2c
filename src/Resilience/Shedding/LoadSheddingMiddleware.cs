using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portolan.Resilience.Http;

namespace Portolan.Resilience.Shedding;

/// <summary>Load shedding of a server.</summary>
public static class LoadSheddingMiddleware
{
    /// <summary>
    /// Answers requests with 503, the problem <c>overloaded</c> and <c>Retry-After</c> while too much is in use for their
    /// priority. Goes outside of all that costs something, authentication too, unless trust in <c>X-Priority</c> needs it.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="shedder">May be shared with other places.</param>
    /// <param name="options">See there.</param>
    public static IApplicationBuilder UseLoadShedding(this IApplicationBuilder app, LoadShedder shedder, LoadSheddingOptions? options = null) =>
        app.Use(next => Shed(next, shedder, options));

    /// <summary>Sheds what is behind it, wherever it stands.</summary>
    public static RequestDelegate Shed(RequestDelegate next, LoadShedder shedder, LoadSheddingOptions? options = null)
    {
        var rules = new SheddingRules(options);
        return context => !rules.MayShed(context) || shedder.TryPass(shedder.Clock.GetTimestamp(), rules.PriorityOf(context), out var refusal)
            ? next(context)
            : RejectionProblems.Of(refusal!).ExecuteAsync(context);
    }
}
