using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Traffic;

/// <summary>Chooses the service that a request of a divided route goes to.</summary>
internal sealed class SplitStep(Split split, Random random, RouteHandler next)
{
    private readonly Subject subject = new(split.Config.Subject, random);
    private readonly bool mayChoose = split.Config.Override;
    private readonly bool shows = split.Config.Show;

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        // Where one has all the weight nobody needs to be told apart, nor gets a cookie.
        var variant = (mayChoose ? Chosen(context.Request.Headers) : null) ?? split.Only ?? split.Choose(subject.Of(context));
        variant.Count();
        match.Service = variant.Service;
        if (shows)
        {
            AnswerHeaders.Set(context, "X-Variant", variant.Name);
        }

        return next(context, match);
    }

    // A word that names no variant is no choice: the same header may be meant for a service further on.
    private Variant? Chosen(IHeaderDictionary headers) =>
        (headers.TryGetValue("X-Canary", out var word) && word.Count == 1 ? split.Named(word[0].AsSpan().Trim()) : null)
        ?? (headers.Cookie.Count > 0 && Cookies.Find(headers.Cookie, "canary") is { IsEmpty: false } cookie ? split.Named(cookie) : null);
}
