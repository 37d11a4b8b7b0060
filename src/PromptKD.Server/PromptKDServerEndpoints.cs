using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PromptKD.Server.Protocols.Plain;
using PromptKD.Server.Requests;

namespace PromptKD.Server;

/// <summary>Gives the server its addresses.</summary>
public static class PromptKDServerEndpoints
{
    /// <summary>
    /// Maps everything that the options ask for. Limits, keys and errors are handled at each address: the host's other ones
    /// are not touched.
    /// </summary>
    /// <param name="endpoints">The host's, or a group of them.</param>
    /// <returns>All of them, for the host's own conventions.</returns>
    public static IEndpointConventionBuilder MapPromptKD(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProvider services = endpoints.ServiceProvider;
        RequestGuard guard = services.GetRequiredService<RequestGuard>();
        PlainProtocol plain = services.GetRequiredService<PlainProtocol>();
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.MapGet("/health/live", guard.Around("/health/live", PlainProtocol.Live, isWork: false));
        group.MapGet("/health/ready", guard.Around("/health/ready", plain.Ready, isWork: false));
        group.MapGet("/v1/models", guard.Around("/v1/models", plain.List, isWork: false));
        group.MapGet("/v1/models/{name}", guard.Around("/v1/models/{name}", plain.Show, isWork: false));
        group.MapPost("/v1/classify", guard.Around("/v1/classify", plain.Classify));
        group.MapPost("/v1/embed", guard.Around("/v1/embed", plain.Embed));
        return group;
    }
}
