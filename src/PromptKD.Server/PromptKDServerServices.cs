using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PromptKD.Server.Models;
using PromptKD.Server.Operations;
using PromptKD.Server.Page;
using PromptKD.Server.Protocols.CustomVision;
using PromptKD.Server.Protocols.OpenAI;
using PromptKD.Server.Protocols.OpenInference;
using PromptKD.Server.Protocols.Plain;
using PromptKD.Server.Requests;

namespace PromptKD.Server;

/// <summary>Registers the server in a host.</summary>
public static class PromptKDServerServices
{
    /// <summary>
    /// Registers the models and what answers for them; <see cref="PromptKDServerEndpoints.MapPromptKD"/> gives them
    /// addresses. Models are loaded when the host starts. A host stops, and says why in its log, where one of them
    /// cannot be.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddPromptKDServer(
        this IServiceCollection services, Action<PromptKDServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PromptKDServerOptions>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddMetrics();
        services.AddRouting();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<PromptKDServerOptions>>().Value);
        services.TryAddSingleton<ServerMeters>();
        services.TryAddSingleton<ModelRegistry>();
        services.TryAddSingleton<DecodeSlots>();
        services.TryAddSingleton<ModelLoader>();
        services.TryAddSingleton<ModelKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelKeeper>());
        services.TryAddSingleton<RequestGuard>();
        services.TryAddSingleton<JsonPictures>();
        services.TryAddSingleton<PictureRequestReader>();
        services.TryAddSingleton<ApiKeys>();
        services.TryAddSingleton<PictureFetcher>();
        services.TryAddSingleton<TextTowerHolder>();
        services.TryAddSingleton<PlainProtocol>();
        services.TryAddSingleton<OpenInferenceProtocol>();
        services.TryAddSingleton<CustomVisionProtocol>();
        services.TryAddSingleton<OpenAIProtocol>();
        services.TryAddSingleton<Corrections>();
        services.TryAddSingleton<PageFiles>();
        return services;
    }
}
