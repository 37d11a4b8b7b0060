using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Runs.Measuring;

/// <summary>
/// What a teacher scores before and after it was taught, as distilling will use it: by the towers that training had,
/// which are the frozen CLIP's.
/// </summary>
internal sealed class TaughtMeasurement
{
    private readonly OpenRun _run;
    private readonly IReadOnlyList<string> _classNames;
    private readonly FolderEvaluation _evaluation;
    private Evaluator? _plain;
    private Evaluator? _taught;

    private TaughtMeasurement(
        OpenRun run, IReadOnlyList<string> classNames, FolderEvaluation evaluation, string pictures)
    {
        _run = run;
        _classNames = classNames;
        _evaluation = evaluation;
        Pictures = pictures;
    }

    /// <summary>Which pictures are measured on, in words.</summary>
    public string Pictures { get; }

    /// <summary>Lists the pictures to measure on.</summary>
    /// <returns>Null where there are none.</returns>
    /// <exception cref="PromptKDException">The validation folder cannot be read, or fits the classes not.</exception>
    public static TaughtMeasurement? Open(OpenRun run, LabelledPictures labelled)
    {
        ExperimentConfig config = run.Settings.Config;
        bool hasFolder = config.Distill.Val.Length > 0;
        if (!hasFolder && labelled.HeldOut.Count == 0)
        {
            run.Log.OnPhase(
                "Nothing to measure on: every labelled picture was learned from, and there is no validation folder");
            return null;
        }

        PictureLoaderOptions options = LoadingSettings.Options(config, run.Context.Target.Device);
        FolderEvaluation evaluation = hasFolder
            ? new FolderEvaluation(config.Distill.Val, labelled.ClassNames, [run.Inputs.Preparation], options)
            : new FolderEvaluation(labelled.HeldOut, labelled.ClassNames.Count, [run.Inputs.Preparation], options);
        evaluation.Skipped.AddNamed(run.Inputs.UnreadableMeasured);
        string pictures = hasFolder ? "validation folder" : "labelled pictures that were not learned from";
        return new TaughtMeasurement(run, labelled.ClassNames, evaluation, pictures);
    }

    /// <summary>The CLIP as it came, by TRAINER.PROMPTKD.TEMPLATES.</summary>
    public BaseNovelResult MeasurePlain(FrozenModel model)
    {
        _plain = Measure("the CLIP as it came", model, prompts: null);
        return ResultOf(_plain);
    }

    /// <summary>The CLIP with the prompts of a checkpoint.</summary>
    public BaseNovelResult MeasureTaught(FrozenModel model, string checkpoint)
    {
        using PromptedWeights prompts = PromptCheckpoint.ReadTeacher(checkpoint);
        _taught = Measure("the taught teacher", model, prompts);
        return ResultOf(_taught);
    }

    /// <summary>Keeps what both said of each picture, in the folder of the run.</summary>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public void KeepAnswers()
    {
        DistillConfig paths = _run.Settings.Config.Distill;
        var classes = ClassRange.All(_classNames.Count);
        var answers = new LabelledAnswers(FolderOf(paths), _evaluation.Items, classes);
        AnswerFile.Write(_run.Folder.Root, new PictureAnswers(
            _classNames, answers.Of(PictureAnswers.Validation, _taught!, LabelledAnswers.Ranked(_plain!, classes))));
    }

    /// <summary>The folder whose pictures are measured on.</summary>
    public static string FolderOf(DistillConfig paths) => paths.Val.Length > 0 ? paths.Val : paths.Labelled;

    private BaseNovelResult ResultOf(Evaluator said) => _evaluation.ResultOf(said, _run.Settings.Config.Distill.Base);

    private Evaluator Measure(string name, FrozenModel model, PromptedWeights? prompts)
    {
        ExperimentConfig config = _run.Settings.Config;
        _run.Log.OnPhase($"Measuring {name} on {Counted.Of(_evaluation.Pictures, "picture")}");
        using var towers = new FrozenTowers(
            model.Images, model.Text!, Math.Exp(model.LogitScale.item<float>()), prompts)
        {
            Position = CoOpTeachers.PositionOf(config.Trainer.CoOp),
        };
        using ClassVectors vectors = towers.Encode(
            _run.Inputs.Tokenizer.Value,
            _classNames,
            [.. config.Trainer.PromptKD.Templates.Select(pattern => new PromptTemplate(pattern))],
            _run.Settings.Method.Words(config.Trainer).Prefix);
        Evaluator said = _evaluation.Judge(
            batch => [towers.Classify(batch.Images, vectors)],
            count: 1,
            config.Distill.Base,
            config.DataLoader.Test.BatchSize,
            told: null,
            _run.Context.Stop)[0];
        _evaluation.ReportSkipped(_run.Log);
        return said;
    }
}
