using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptKD.Server.Hosting;
using PromptKD.Server.Models;
using PromptKD.Server.Operations;
using PromptKD.Server.Requests;
using Scalar.AspNetCore;

namespace PromptKD.Server;

/// <summary>A program that serves and does nothing else.</summary>
public static class PromptKDServerHost
{
    /// <summary>Where it listens unless told: nobody else can reach it there.</summary>
    public const string UsualAddress = "http://127.0.0.1:8080";

    /// <summary>The variable of the environment that may have a key.</summary>
    public const string KeyVariable = "PROMPTKD_API_KEY";

    /// <summary>Makes the program; whoever runs it may change it before.</summary>
    /// <param name="configure">Sets the options, behind those of the configuration; null for none.</param>
    /// <param name="build">
    /// Changes what the host is built of: addresses, logs, Kestrel's settings; null for nothing.
    /// </param>
    /// <param name="arguments">Settings as ASP.NET takes them.</param>
    public static WebApplication Create(
        Action<PromptKDServerOptions>? configure = null,
        Action<WebApplicationBuilder>? build = null,
        params string[] arguments)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(arguments);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(UsualAddress);
        }

        builder.Services.Configure<PromptKDServerOptions>(
            builder.Configuration.GetSection(PromptKDServerOptions.Section));
        builder.Services.AddPromptKDServer(configure);
        string? key = Environment.GetEnvironmentVariable(KeyVariable);
        builder.Services.PostConfigure<PromptKDServerOptions>(options =>
        {
            options.Threads ??= 0;
            options.ApiKey ??= key;
        });
        builder.Services.AddOptions<HostOptions>().Configure<PromptKDServerOptions>(
            (host, options) => host.ShutdownTimeout = options.Drain + options.UnreadyFor);
        build?.Invoke(builder);
        PromptKDServerOptions asked = Asked(builder, configure);
        Telemetry.Add(builder, asked);
        builder.Services.AddOpenApi(OpenApiTexts.Configure);
        builder.Services.AddCors();
        WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            SecurityHeaders.AddUsual(context.Response);
            return next(context);
        });
        app.UseStatusCodePages(context => Explain(context.HttpContext));
        if (asked.AllowOrigins.Count > 0)
        {
            app.UseCors(policy => policy.WithOrigins([.. asked.AllowOrigins]).AllowAnyHeader().AllowAnyMethod());
        }

        app.MapPromptKD();
        app.MapOpenApi();
        app.MapScalarApiReference("/scalar", scalar => scalar.DefaultFonts = false);
        Telemetry.Map(app);
        return app;
    }

    // What is added to a host depends on some of the options, which the host itself reads later.
    private static PromptKDServerOptions Asked(WebApplicationBuilder builder, Action<PromptKDServerOptions>? configure)
    {
        var options = new PromptKDServerOptions();
        builder.Configuration.GetSection(PromptKDServerOptions.Section).Bind(options);
        configure?.Invoke(options);
        options.Check();
        return options;
    }

    /// <summary>Runs a program that <see cref="Create"/> made until it is told to stop.</summary>
    /// <param name="app">The program.</param>
    /// <param name="cancellationToken">Tells it to stop, as a signal does.</param>
    /// <exception cref="PromptKDException">A model cannot be loaded, or a setting cannot be meant.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task RunAsync(WebApplication app, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        await using (app.ConfigureAwait(false))
        {
            ModelKeeper keeper = app.Services.GetRequiredService<ModelKeeper>();
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            keeper.ThrowFault();
        }
    }

    // What no endpoint answered: an address that is none, a method or a content type that it has not.
    private static Task Explain(HttpContext context)
    {
        int status = context.Response.StatusCode;
        string reason = ReasonPhrases.GetReasonPhrase(status);
        return Problem.Write(context, status switch
        {
            StatusCodes.Status404NotFound => Refusal.NotFound("There is nothing at this address."),
            StatusCodes.Status415UnsupportedMediaType =>
                Refusal.Unsupported("The content type is not read here. /openapi/v1.json says which are."),
            _ => new Refusal(status, reason.ToLowerInvariant().Replace(' ', '-'), $"{reason}."),
        });
    }
}
