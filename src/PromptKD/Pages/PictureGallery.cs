using System.Globalization;
using System.Text;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>Small pictures with what was said of each.</summary>
/// <param name="page">Names of both models.</param>
/// <param name="answers">The set with its class names and small copies.</param>
internal sealed class PictureGallery(RunPage page, PageAnswers answers)
{
    /// <summary>Some pictures as a list.</summary>
    /// <param name="pictures">Of the set.</param>
    public string ToHtml(IEnumerable<PictureAnswer> pictures)
    {
        var html = new StringBuilder("<ul class=\"pictures\">\n");
        foreach (PictureAnswer picture in pictures)
        {
            html.Append("<li>").Append(Image(picture));
            if (picture.Label is { } label)
            {
                html.Append($"<p>is <strong>{HtmlPage.Name(answers.ClassNames[label])}</strong></p>");
            }

            html.Append(Says(page.Model, "model", picture.Student));
            if (picture.Teacher is { } teacher)
            {
                html.Append(Says(page.Reference, "reference", teacher));
            }

            html.Append($"<p class=\"name\">{HtmlPage.Name(picture.Picture)}</p></li>\n");
        }

        return html.Append("</ul>").ToString();
    }

    private string Image(PictureAnswer picture)
    {
        if (answers.Small.GetValueOrDefault(picture.Picture) is not { } small)
        {
            return "<span class=\"none\">cannot be read any more</span>";
        }

        string alt = HtmlPage.Text(
            $"{picture.Picture}: {page.Model} says {answers.ClassNames[picture.Student[0].Class]}");
        return $"<img loading=\"lazy\" width=\"{small.Width}\" height=\"{small.Height}\" alt=\"{alt}\" "
            + $"src=\"data:image/jpeg;base64,{Convert.ToBase64String(small.Jpeg)}\"/>";
    }

    private string Says(string who, string kind, IReadOnlyList<RankedClass> ranked) => string.Create(
        CultureInfo.InvariantCulture,
        $"<p><span class=\"says-{kind}\">{HtmlPage.Text(who)}</span>: "
        + $"{HtmlPage.Name(answers.ClassNames[ranked[0].Class])} {100 * ranked[0].Probability:0}&#160;%</p>");
}
