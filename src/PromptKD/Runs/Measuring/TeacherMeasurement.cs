using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Teachers;

namespace PromptKD.Runs.Measuring;

/// <summary>What the teachers score on a validation folder, before the first step.</summary>
internal static class TeacherMeasurement
{
    /// <summary>
    /// Measures each teacher whose image tower is in memory, and all of them combined; then frees the towers.
    /// </summary>
    /// <param name="teacher">One or several.</param>
    /// <param name="evaluate">Loads the validation pictures, prepared in several ways.</param>
    /// <param name="tell">Names the pictures that could not be read.</param>
    /// <param name="run">The run.</param>
    /// <returns>
    /// Null where no tower is in memory; and what they say of each picture, combined where there are several, null
    /// where a tower is missing.
    /// </returns>
    public static (TeacherResults? Results, Evaluator? Said) Measure(
        ITeacher teacher,
        Func<IReadOnlyList<Preprocessing>, OpenRun, FolderEvaluation> evaluate,
        Action<OpenRun, FolderEvaluation> tell,
        OpenRun run)
    {
        Teacher[] live = [.. teacher.Members.Where(member => member.HasTower)];
        if (live.Length == 0)
        {
            return (null, null);
        }

        Preprocessing[] preparations = [.. live.Select(member => member.TowerPreparation).OfType<Preprocessing>()];
        FolderEvaluation evaluation = evaluate(preparations.Length > 0 ? preparations : [run.Inputs.Preparation], run);
        run.Log.OnPhase($"Measuring the teacher on {evaluation.Pictures} validation pictures");
        TeacherCombination? combination = live.Length == teacher.Members.Count ? teacher.Combination : null;
        double temperature = run.Settings.Config.Trainer.PromptKD.Temperature;
        int baseClasses = run.Settings.Config.Distill.Base;
        IReadOnlyList<Evaluator> said = evaluation.Judge(
            Classify,
            live.Length + (combination is null ? 0 : 1),
            baseClasses,
            run.Settings.Config.DataLoader.Test.BatchSize,
            told: null,
            run.Context.Stop);
        BaseNovelResult[] results = [.. said.Select(one => evaluation.ResultOf(one, baseClasses))];
        tell(run, evaluation);
        Release(teacher);
        return teacher.Members.Count == 1
            ? (new TeacherResults(results[0], []), said[0])
            : (new TeacherResults(
                combination is null ? null : results[^1],
                [
                    .. teacher.Members.Select(
                        member => Array.IndexOf(live, member) is >= 0 and var place ? results[place] : null),
                ]),
                combination is null ? null : said[^1]);

        IReadOnlyList<Tensor> Classify(Batch batch)
        {
            Tensor[] logits = [.. live.Select(member => member.Classify(batch))];
            return combination is null ? logits : [.. logits, combination.Combine(logits, temperature)];
        }
    }

    /// <summary>Frees the image towers that training does not need.</summary>
    public static void Release(ITeacher teacher)
    {
        foreach (Teacher member in teacher.Members)
        {
            member.ReleaseTower();
        }
    }
}
