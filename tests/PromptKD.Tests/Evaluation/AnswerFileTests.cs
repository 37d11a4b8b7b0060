using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

/// <summary>The answers that a run keeps: what stands in the file, and what is refused.</summary>
public sealed class AnswerFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(_folder, "answers.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Comes_back_as_it_was_kept()
    {
        PictureAnswers kept = Example();

        AnswerFile.Write(_folder, kept);
        PictureAnswers read = AnswerFile.ReadIfAny(_folder)!;

        Assert.Equal(kept.ClassNames, read.ClassNames);
        Assert.Equal(
            kept.Pictures.Select(Describe),
            read.Pictures.Select(Describe));
        Assert.Equal([true], read.Of("heldOut").Select(answer => answer.Agrees));
        Assert.Equal([null], read.Of("validation").Select(answer => answer.Agrees));
    }

    [Fact]
    public void Is_lines_of_JSON_that_end_with_the_digest_of_all()
    {
        AnswerFile.Write(_folder, Example());

        string text = File.ReadAllText(FilePath);
        string digest = Regex.Match(text, "[0-9a-f]{64}").Value;

        Assert.StartsWith(
            """
            {"format":"promptkd-answers","version":1,"classNames":["cat","dog"]}
            {"set":"heldOut","picture":"a/b.jpg","teacher":[{"class":1,"probability":0.75}],"student":[{"class":1,"probability":0.5},{"class":0,"probability":0.5}]}
            {"set":"validation","picture":"cat/é.jpg","label":0,"student":[{"class":0,"probability":1}]}
            {"sha256":"
            """.ReplaceLineEndings("\n").TrimEnd(),
            text,
            StringComparison.Ordinal);
        Assert.Equal(
            Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes(text.Replace(digest, new string('0', 64))))),
            digest);
    }

    [Fact]
    public void Is_null_where_there_is_none() => Assert.Null(AnswerFile.ReadIfAny(_folder));

    [Theory]
    [InlineData("0.75", "0.85", "its digest is")]
    [InlineData("{\"sha256\"", "{\"sha257\"", "it does not end with its digest")]
    public void Refuses_a_changed_file(string old, string @new, string reason)
    {
        AnswerFile.Write(_folder, Example());
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace(old, @new));

        PromptKDException error = Assert.Throws<PromptKDException>(() => AnswerFile.ReadIfAny(_folder));

        Assert.StartsWith($"{FilePath}: damaged: {reason}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Delete it, and let the same run write it again.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(-1, 0.5)]
    [InlineData(1, 1.5)]
    public void Refuses_answers_that_no_model_gives(int label, double probability)
    {
        AnswerFile.Write(_folder, new PictureAnswers(
            ["cat", "dog"], [new PictureAnswer("validation", "odd.jpg", label, null, [new(0, probability)])]));

        PromptKDException error = Assert.Throws<PromptKDException>(() => AnswerFile.ReadIfAny(_folder));

        Assert.Contains("'odd.jpg' has answers that no model gives", error.Message, StringComparison.Ordinal);
    }

    private static string Describe(PictureAnswer answer) =>
        $"{answer.Set} {answer.Picture} {answer.Label} {string.Join(' ', answer.Teacher ?? [])} | {string.Join(' ', answer.Student)}";

    private static PictureAnswers Example() => new(["cat", "dog"],
    [
        new PictureAnswer("heldOut", "a/b.jpg", null, [new(1, 0.75)], [new(1, 0.5), new(0, 0.5)]),
        new PictureAnswer("validation", "cat/é.jpg", 0, null, [new(0, 1)]),
    ]);
}
