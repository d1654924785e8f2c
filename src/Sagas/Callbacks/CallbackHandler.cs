using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Handlers;
using Portolan.Sagas.Coordination;
using Portolan.Sagas.Http;

namespace Portolan.Sagas.Callbacks;

/// <summary>
/// Posts the ended saga to its callback address. It runs as a load, before the transaction: what fails is tried again like
/// any message, and in the end is a dead letter that can be redriven.
/// </summary>
internal static class CallbackHandler
{
    /// <summary>Name of the client; it follows no redirects, for only the first host was allowed.</summary>
    public const string Client = "portolan-saga-callbacks";

    public static Handler Handler { get; } = new(
        "Portolan.Sagas.Callback", typeof(SagaEnded), PostAsync, (_, _, _, _) => ValueTask.FromResult<object?>(null));

    private static async ValueTask<object?> PostAsync(MessageContext context, CancellationToken cancellationToken)
    {
        var ended = (SagaEnded)context.Message;
        var services = context.Services;
        if (await services.GetRequiredService<SagaStore>().FindAsync(ended.SagaId, cancellationToken) is not { } saga)
        {
            return null;
        }

        using var body = new ByteArrayContent(services.GetRequiredService<SagaResource>().ToJson(saga));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(Client);
        using var response = await client.PostAsync(new Uri(ended.CallbackUrl), body, cancellationToken);
        response.EnsureSuccessStatusCode();
        return null;
    }
}
