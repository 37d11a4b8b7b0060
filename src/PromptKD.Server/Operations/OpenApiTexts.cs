using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;

namespace PromptKD.Server.Operations;

/// <summary>What the OpenAPI document says in words.</summary>
internal static class OpenApiTexts
{
    /// <summary>
    /// Names the document, and says of each address what its endpoint does: the comments on the methods behind them,
    /// which would win, are for who reads the code.
    /// </summary>
    /// <param name="options">Of the document.</param>
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "PromptKD";
            document.Info.Version = ServerVersion.Text;
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Summary = context.Description.ActionDescriptor.EndpointMetadata
                .OfType<IEndpointSummaryMetadata>().LastOrDefault()?.Summary ?? operation.Summary;
            return Task.CompletedTask;
        });
    }

    /// <summary>Under which heading an address stands.</summary>
    /// <param name="path">The address.</param>
    public static string TagOf(string path) => path switch
    {
        _ when path.StartsWith("/health", StringComparison.Ordinal) => "Health",
        _ when path.StartsWith("/v2", StringComparison.Ordinal) => "Open Inference",
        _ when path.StartsWith("/v1/embeddings", StringComparison.Ordinal) => "OpenAI",
        _ when path.StartsWith("/customvision", StringComparison.Ordinal) => "Custom Vision",
        _ => "Pictures",
    };
}
