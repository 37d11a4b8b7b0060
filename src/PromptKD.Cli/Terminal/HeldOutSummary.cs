using System.Globalization;
using PromptKD.Evaluation;
using PromptKD.Runs;
using PromptKD.Training;

namespace PromptKD.Cli.Terminal;

/// <summary>How a student does on pictures that nobody labelled and that it did not learn from, in sentences.</summary>
internal static class HeldOutSummary
{
    /// <summary>Prints what was measured, and what the guard still has to say.</summary>
    /// <param name="report">Of a distillation.</param>
    public static void Print(DistillationReport report)
    {
        if (report.HeldOut is { } heldOut)
        {
            Answers.Sentence(Describe(heldOut, report.ClassNames));
        }

        foreach (RunNotice notice in report.Notices.Where(notice => notice.Holds))
        {
            Messages.Warning(notice.Message);
        }
    }

    private static string Describe(HeldOutComparison heldOut, IReadOnlyList<string> classNames)
    {
        string before = heldOut.Untrained is { } untrained
            ? string.Create(CultureInfo.InvariantCulture, $"{untrained.Agreement:P1} before it learned; ")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"On {heldOut.Student.Pictures} pictures that it never saw, the student gives the teacher's answer to ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{heldOut.Student.Agreement:P1} ({before}always '{classNames[heldOut.Teacher.Majority]}': "
                + $"{heldOut.Teacher.MajorityShare:P1}).");
    }
}
