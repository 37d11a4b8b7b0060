using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Pages;

namespace PromptKD.Runs.Pages;

/// <summary>
/// Pictures that were not learned from, as a part of a page: with small copies of those that it shows.
/// </summary>
internal static class PagePictures
{
    /// <param name="title">Which pictures these are.</param>
    /// <param name="anchor">Letters, for links.</param>
    /// <param name="classNames">The classes that are told apart, in label order.</param>
    /// <param name="answers">What was said of them.</param>
    /// <param name="root">The folder that they are named from.</param>
    /// <param name="items">Where they lie.</param>
    /// <returns>Null where there are none.</returns>
    public static PageAnswers? Of(
        string title,
        string anchor,
        IReadOnlyList<string> classNames,
        IReadOnlyList<PictureAnswer> answers,
        string root,
        IEnumerable<PictureItem> items)
    {
        if (answers.Count == 0)
        {
            return null;
        }

        HashSet<string> shown = [.. AnswerChoice.Shown(answers)];
        return new PageAnswers(title, anchor, classNames, answers)
        {
            Small = SmallPictures.Of(items
                .Select(item => (Name: item.NameFrom(root), item))
                .Where(one => shown.Contains(one.Name))),
        };
    }
}
