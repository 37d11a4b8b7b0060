using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using PromptKD.Server.Operations;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Hosting;

/// <summary>What is measured, for who collects it: Prometheus asks, or it is sent by OTLP.</summary>
internal static class Telemetry
{
    /// <summary>Where Prometheus asks.</summary>
    public const string Path = "/metrics";

    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Collects the server's meter, and what .NET tells of its memory.</summary>
    public static void Add(WebApplicationBuilder builder, PromptKDServerOptions options)
    {
        builder.Services.AddSingleton<PrometheusReader>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(ServerMeters.Name, "System.Runtime")
                .AddReader(services => services.GetRequiredService<PrometheusReader>().Reader);
            if (options.Otlp is not null || builder.Configuration[OtlpVariable] is not null)
            {
                metrics.AddOtlpExporter(exporter =>
                {
                    if (options.Otlp is { } address)
                    {
                        exporter.Endpoint = EndpointOf(address, exporter.Protocol);
                    }
                });
            }
        });
    }

    /// <summary>
    /// Where metrics go that are sent to an address: over HTTP a collector has them at <c>v1/metrics</c> below it,
    /// unless it names another place.
    /// </summary>
    public static Uri EndpointOf(Uri address, OtlpExportProtocol protocol) =>
        protocol == OtlpExportProtocol.HttpProtobuf && address.AbsolutePath == "/"
            ? new Uri(address, "v1/metrics")
            : address;

    /// <summary>Answers Prometheus, with a key where the server has some.</summary>
    public static void Map(WebApplication app)
    {
        ApiKeys keys = app.Services.GetRequiredService<ApiKeys>();
        app.UseWhen(
            context => context.Request.Path == Path && !keys.Lets(context.Request),
            branch => branch.Run(context => Problem.Write(
                context,
                new Refusal(
                    StatusCodes.Status401Unauthorized, "unauthorized", "The request has no key, or a wrong one."))));
        app.MapGet(Path, (PrometheusReader reader) => Results.Text(reader.Read(), PrometheusText.MediaType))
            .ExcludeFromDescription();
    }
}
