using OpenTelemetry.Exporter;
using PromptKD.Server.Hosting;

namespace PromptKD.Tests.Server;

/// <summary>Against OpenTelemetry's protocol for exporters: the path of a signal is added to the address over HTTP.</summary>
public sealed class TelemetryTests
{
    [Theory]
    [InlineData("http://a:4318", OtlpExportProtocol.HttpProtobuf, "http://a:4318/v1/metrics")]
    [InlineData("http://a:4318/", OtlpExportProtocol.HttpProtobuf, "http://a:4318/v1/metrics")]
    [InlineData("http://a/otlp/here", OtlpExportProtocol.HttpProtobuf, "http://a/otlp/here")]
    [InlineData("http://a:4317", OtlpExportProtocol.Grpc, "http://a:4317/")]
    public void Over_HTTP_metrics_have_a_path_of_their_own(
        string address, OtlpExportProtocol protocol, string expected) =>
        Assert.Equal(new Uri(expected), Telemetry.EndpointOf(new Uri(address), protocol));
}
