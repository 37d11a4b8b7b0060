using System.Diagnostics;
using System.Globalization;
using PromptKD;
using PromptKD.Models.Clip;
using PromptKD.Runtime;
using TorchSharp.Modules;

namespace PretrainDemo;

/// <summary>Trains one CLIP from random weights on captioned pictures.</summary>
internal sealed class Pretraining
{
    private const int StepsPerReport = 50;

    private readonly PretrainingPlan _plan;
    private readonly ContrastiveModel _model;
    private readonly AdamW _optimizer;
    private readonly Action<string> _report;

    private Pretraining(PretrainingPlan plan, ContrastiveModel model, Action<string> report)
    {
        _plan = plan;
        _model = model;
        _report = report;
        _optimizer = MakeOptimizer();
    }

    /// <summary>Runs a plan.</summary>
    /// <param name="plan">What to train, and how.</param>
    /// <param name="vocabularySize">Token ids that captions have.</param>
    /// <param name="feed">What it learns from.</param>
    /// <param name="report">Gets lines of progress.</param>
    /// <returns>The trained model, rounded to 16 bits; the caller disposes it.</returns>
    public static ContrastiveModel Run(PretrainingPlan plan, int vocabularySize, BatchFeed feed, Action<string> report)
    {
        ClipArchitecture architecture = plan.Architecture with { VocabularySize = vocabularySize };
        var model = new ContrastiveModel(architecture, plan.Seed);
        var training = new Pretraining(plan, model, report);
        training.Train(feed);
        model.RoundToHalf();
        return model;
    }

    private void Train(BatchFeed feed)
    {
        _model.HoldScale(_plan.ScaleAt(0));
        var clock = Stopwatch.StartNew();
        int step = 0;
        double loss = 0;
        foreach (CaptionedPictures batch in feed.Read(_plan.Steps, _plan.BatchSize))
        {
            loss += Step(batch, _plan.LearningRateAt(step));
            step++;
            _model.HoldScale(_plan.ScaleAt(step));
            if (step % StepsPerReport == 0 || step == _plan.Steps)
            {
                int averaged = ((step - 1) % StepsPerReport) + 1;
                Report(step, loss / averaged, clock.Elapsed);
                loss = 0;
            }
        }

        _optimizer.Dispose();
    }

    /// <returns>The loss before the update, in nats.</returns>
    private double Step(CaptionedPictures batch, double learningRate)
    {
        using CollectionPause pause = CollectionPause.Begin();
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = tensor(batch.Pixels)
            .view(batch.Count, 3, _plan.Architecture.ImageSize, _plan.Architecture.ImageSize);
        Tensor tokens = tensor(batch.Tokens).view(batch.Count, -1);
        Tensor? matches = batch.Matches is { } known ? tensor(known).view(batch.Count, batch.Count) : null;
        Tensor loss = _model.Loss(pixels, tokens, matches);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
        {
            throw new PromptKDException($"The {_plan.Name}'s loss became {value}. Try another seed.");
        }

        _optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(_model.Parameters.Select(one => one.Value), _plan.LongestGradient);
        foreach (optim.ILearningRateController group in _optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        _optimizer.step();
        return value;
    }

    // Decay is for the matrices inside the layers: positions, vocabulary, biases, norms and the scale keep their size.
    private AdamW MakeOptimizer()
    {
        ILookup<bool, Parameter> byDecay = _model.Parameters.ToLookup(
            one => one.Value.dim() > 1 && !one.Name.Contains("embedding", StringComparison.Ordinal), one => one.Value);
        return new AdamW(
            [
                new AdamW.ParamGroup(byDecay[true], MakeOptions(_plan.WeightDecay)),
                new AdamW.ParamGroup(byDecay[false], MakeOptions(0)),
            ],
            _plan.LearningRate);
    }

    private AdamW.Options MakeOptions(double weightDecay) => new()
    {
        LearningRate = _plan.LearningRate,
        beta1 = 0.9,
        beta2 = 0.98,
        eps = 1e-6,
        weight_decay = weightDecay,
    };

    private void Report(int step, double loss, TimeSpan elapsed)
    {
        double picturesPerSecond = step * (double)_plan.BatchSize / elapsed.TotalSeconds;
        double scale = Math.Exp(_model.LogScale.item<float>());
        _report(string.Create(
            CultureInfo.InvariantCulture,
            $"{_plan.Name}: step {step,5} of {_plan.Steps}, loss {loss:0.000}, scale {scale:0.0}, "
            + $"{picturesPerSecond:0} pictures/s, {elapsed.TotalSeconds:0} s"));
    }
}
