using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PromptKD.Inference;

namespace PromptKD.Extensions.AI;

/// <summary>Registers PromptKD in a host.</summary>
public static class PromptKDServices
{
    /// <summary>
    /// Registers one classifier for all: <see cref="IPictureClassifier"/>, <see cref="IPictureEmbedder"/>,
    /// <see cref="FolderClassifier"/> and <see cref="IEmbeddingGenerator{DataContent, Embedding}"/> of pictures, and,
    /// as what it is, <see cref="StudentClassifier"/> of a package or <see cref="OnnxStudentClassifier"/> of an ONNX
    /// file; where <see cref="PromptKDOptions.TextTower"/> is set, <see cref="TextEmbedder"/> and the generator of
    /// texts as well. Each is loaded when it is first asked for, and disposed with the host.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// Loading throws <see cref="OptionsValidationException"/> for options that name no model, and
    /// <see cref="PromptKDException"/> for a model that cannot be read. An ONNX file needs no libtorch.
    /// </remarks>
    public static IServiceCollection AddPromptKD(
        this IServiceCollection services, Action<PromptKDOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PromptKDOptions>()
            .Validate(
                options => options.Model.Length > 0,
                "PromptKD: no model is named. Set Model to a student package or an ONNX file.");
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(Classifier);
        services.TryAddSingleton(As<StudentClassifier>);
        services.TryAddSingleton(As<OnnxStudentClassifier>);
        services.TryAddSingleton<IPictureClassifier>(provider => provider.GetRequiredService<FolderClassifier>());
        services.TryAddSingleton<IPictureEmbedder>(provider => provider.GetRequiredService<FolderClassifier>());
        services.TryAddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(provider =>
            new PictureEmbeddingGenerator(provider.GetRequiredService<IPictureEmbedder>()));
        services.TryAddSingleton(Texts);
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider =>
            new TextEmbeddingGenerator(provider.GetRequiredService<TextEmbedder>()));
        return services;
    }

    /// <summary>
    /// Adds a health check: it classifies a small grey picture, and is unhealthy where that fails. The first one loads
    /// the model.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">What it is called in reports.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddPromptKD(this IHealthChecksBuilder builder, string name = "promptkd")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<ClassifierHealth>(name);
    }

    private static FolderClassifier Classifier(IServiceProvider provider)
    {
        PromptKDOptions options = Options(provider);
        return options.IsOnnx
            ? OnnxStudentClassifier.Load(options.Model, options.ToOnnx() with { Logger = Logger(provider) })
            : StudentClassifier.Load(options.Model, options.ToTorch() with { Logger = Logger(provider) });
    }

    private static T As<T>(IServiceProvider provider)
        where T : FolderClassifier =>
        provider.GetRequiredService<FolderClassifier>() is var loaded && loaded is T asked
            ? asked
            : throw new PromptKDException(
                $"PromptKD: '{Options(provider).Model}' is loaded as {loaded.GetType().Name}, not as {typeof(T).Name}. "
                + $"Ask for {nameof(IPictureClassifier)}, or set Model to {What<T>()}.");

    private static string What<T>() => typeof(T) == typeof(StudentClassifier) ? "a student package" : "an ONNX file";

    private static TextEmbedder Texts(IServiceProvider provider)
    {
        PromptKDOptions options = Options(provider);
        return options.TextTower.Length > 0
            ? TextEmbedder.Load(options.TextTower, options.ToTexts() with { Logger = Logger(provider) })
            : throw new PromptKDException("PromptKD: no text tower is named. Set TextTower to the student's teacher.");
    }

    private static PromptKDOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<PromptKDOptions>>().Value;

    private static ILogger Logger(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>()?.CreateLogger("PromptKD") ?? NullLogger.Instance;
}
