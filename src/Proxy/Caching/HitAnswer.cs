using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Caching.Freshness;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Caching;

/// <summary>Writes a stored answer.</summary>
internal static class HitAnswer
{
    /// <summary>Answers with an entry of this age.</summary>
    /// <param name="cache">Of the route.</param>
    /// <param name="context">The request.</param>
    /// <param name="entry">What is stored.</param>
    /// <param name="age">How old it is.</param>
    /// <param name="told">What <c>Cache-Status</c> says; null: that it is a hit.</param>
    public static Task WriteAsync(RouteCache cache, HttpContext context, CacheEntry entry, TimeSpan age, string? told = null)
    {
        var response = context.Response;
        var headers = response.Headers;
        var shown = entry.ShownAt(age);
        var outside = headers.Vary;
        foreach (var (name, values) in entry.Headers)
        {
            headers[name] = values;
        }

        if (outside.Count > 0)
        {
            headers.Vary = StringValues.Concat(outside, headers.Vary);
        }

        headers.Age = shown.Age;
        headers["Cache-Status"] = told is null ? shown.Status : StringValues.Concat(entry.UpstreamStatus, told);
        response.StatusCode = entry.Status;
        if (entry.Status == StatusCodes.Status200OK && Conditions.AreNotModified(context.Request.Headers, entry.Tag, entry.LastModified, entry.Date))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            CacheHead.RemoveContent(headers);
            return Task.CompletedTask;
        }

        if (entry.Status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)
        {
            return Task.CompletedTask;
        }

        headers.ContentLength = entry.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method) || entry.Body.Length == 0)
        {
            // Started, because to those outside an answer without a body that has not begun is one still to be written.
            return response.StartAsync(context.RequestAborted);
        }

        var writing = ClientWrites.WriteAsync(context, entry.Body, cache.Patience, cache.Clock);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask();
    }
}
