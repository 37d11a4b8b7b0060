namespace PromptKD.Reporting.Benchmarks;

/// <summary>What cannot be given where an ablation is made: it would be the same in all rows, or reach none.</summary>
/// <param name="ablation">Which one.</param>
/// <param name="plan">With which settings.</param>
internal sealed class AblationLimits(Ablation ablation, BenchmarkPlan plan)
{
    private const string Teacher = "DISTILL.TEACHER";
    private const string TeacherPrompts = "DISTILL.TEACHER_PROMPTS";

    // One teacher is what the paper's students have.
    private const string FurtherTeachers = "DISTILL.FURTHER_";

    private bool VariesTeacher => ablation.Teaches || ablation.Rows.Any(row => row.Settings.Contains(TeacherPrompts));

    /// <summary>Refuses what cannot be given.</summary>
    /// <exception cref="PromptKDException">The message names it.</exception>
    public void Check()
    {
        string name = $"{ablation.Name} ({ablation.Source})";
        if (plan.Trainers is not [var trainer] || !trainer.Equals("PromptKD", StringComparison.OrdinalIgnoreCase))
        {
            throw new PromptKDException(
                $"‹trainer› is {string.Join(',', plan.Trainers)}, but an ablation is of PromptKD. Leave it out; "
                + "base2new, cross and dg compare methods.");
        }

        if (plan.Shots != new BenchmarkPlan { Protocol = plan.Protocol, Root = "", Output = "", Configs = "" }.Shots
            && !ablation.Teaches)
        {
            throw new PromptKDException(
                $"‹shots› is {plan.Shots}, but nothing in {name} learns from labels. The pictures a class that "
                + "students learn from are DATASET.NUM_SHOTS.");
        }

        string[] given = [.. plan.Overrides.Where((_, place) => place % 2 == 0)];
        if (given.FirstOrDefault(key => key.StartsWith(FurtherTeachers, StringComparison.Ordinal)) is { } further)
        {
            throw new PromptKDException(
                $"{further} is given, but the students of an ablation have one teacher, as the paper's. Leave it out.");
        }

        if (given.FirstOrDefault(IsVaried) is { } key)
        {
            throw new PromptKDException($"{key} is given, but it is what the rows of {name} differ in. Leave it out.");
        }
    }

    private bool IsVaried(string key)
    {
        bool isSwitched = key switch
        {
            Teacher => ablation.Rows.Any(row => row.Settings.Contains("TRAINER.PROMPTKD.TEACHER_NAME")),
            TeacherPrompts or "DISTILL.STORE" => VariesTeacher,
            "DISTILL.STUDENT" => ablation.Rows.Select(row => row.Backbone).Distinct().Count() > 1,
            _ => false,
        };
        return isSwitched || ablation.Rows.Select(row => ValueOf(row, key)).Distinct().Count() > 1;
    }

    private static string? ValueOf(AblationRow row, string key)
    {
        int place = Array.IndexOf(row.Settings, key);
        return place < 0 ? null : row.Settings[place + 1];
    }
}
