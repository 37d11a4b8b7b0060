using PromptKD.Models.Clip;
using TorchSharp.Modules;

namespace PretrainDemo;

/// <summary>A whole CLIP that learns: both encoders and the scale of their cosine similarities.</summary>
internal sealed class ContrastiveModel : IDisposable
{
    private const float LargestLogScale = 4.6051702f; // ln 100, as in the CLIP paper, section 2.5

    /// <summary>A model with random weights.</summary>
    /// <param name="architecture">The sizes of both encoders.</param>
    /// <param name="seed">Decides the weights.</param>
    public ContrastiveModel(ClipArchitecture architecture, long seed)
    {
        Architecture = architecture;
        Images = ImageEncoder.Create(architecture, ScalarType.Float32, CPU);
        Texts = new TextEncoder(architecture, ScalarType.Float32, CPU);
        LogScale = nn.Parameter(tensor(0f));
        ClipInitialisation.Fill(this, seed);
    }

    /// <summary>The sizes of both encoders.</summary>
    public ClipArchitecture Architecture { get; }

    /// <summary>Pictures to features.</summary>
    public ImageEncoder Images { get; }

    /// <summary>Texts to features.</summary>
    public TextEncoder Texts { get; }

    /// <summary>Natural logarithm of the scale of cosine similarities, scalar.</summary>
    public Parameter LogScale { get; }

    /// <summary>Every parameter under its name in OpenAI's state dicts, in a fixed order.</summary>
    public IEnumerable<(string Name, Parameter Value)> Parameters =>
    [
        .. Images.named_parameters().Select(one => ("visual." + one.name, one.parameter)),
        .. Texts.named_parameters(),
        ("logit_scale", LogScale),
    ];

    /// <summary>The contrastive loss of a batch.</summary>
    /// <param name="pixels">Normalised, [batch, 3, size, size].</param>
    /// <param name="tokens">[batch, context].</param>
    /// <param name="matches">Whether text j is true of picture i, [batch, batch]; null: the diagonal alone.</param>
    /// <returns>A scalar, in nats.</returns>
    public Tensor Loss(Tensor pixels, Tensor tokens, Tensor? matches = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Images.forward(pixels, null);
        Tensor texts = Texts.forward(tokens, null);
        return InfoNce.Compute(images, texts, LogScale.exp(), matches).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps the scale at 100 or less, or at one value.</summary>
    /// <param name="scale">The value; null for any up to 100.</param>
    public void HoldScale(double? scale)
    {
        using IDisposable noGradients = no_grad();
        if (scale is { } value)
        {
            LogScale.fill_(Math.Log(value));
        }
        else
        {
            LogScale.clamp_max_(LargestLogScale);
        }
    }

    /// <summary>Rounds every parameter to 16 bits, so that what is measured is what is written.</summary>
    public void RoundToHalf()
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string _, Parameter value) in Parameters)
        {
            value.copy_(value.to(ScalarType.Float16));
        }
    }

    public void Dispose()
    {
        Images.Dispose();
        Texts.Dispose();
        LogScale.Dispose();
    }
}
