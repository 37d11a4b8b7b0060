using PromptKD.Inference;
using PromptKD.Inference.Predictions;

namespace PromptKD.Tests.Inference.Predictions;

public sealed class PredictionWriterTests
{
    [Fact]
    public void A_table_has_headings_and_a_column_a_thing() => Assert.Equal(
        """
        file	class	probability	class_2	probability_2
        a.png	red star	0.750000	blue star	0.125000
        b.png	blue star	0.500000	red star	0.250000

        """,
        Write(PredictionFormat.Tsv, top: 2, threshold: null, A, B));

    [Fact]
    public void Text_for_people_has_percentages_and_no_headings() => Assert.Equal(
        "a.png\tred star\t75.0 %\tblue star\t12.5 %\n", Write(PredictionFormat.Text, top: 2, threshold: null, A));

    [Fact]
    public void Below_the_threshold_a_table_answers_none_and_names_the_most_probable_class_at_its_end() => Assert.Equal(
        """
        file,class,probability,class_2,probability_2,most_probable
        a.png,red star,0.750000,blue star,0.125000,red star
        b.png,none,0.500000,red star,0.250000,blue star

        """,
        Write(PredictionFormat.Csv, top: 2, threshold: 0.75, A, B));

    [Fact]
    public void Rows_are_as_wide_as_the_headings_where_there_are_fewer_classes_than_were_asked_for() => Assert.Equal(
        """
        file,class,probability,class_2,probability_2,class_3,probability_3
        a.png,red star,0.750000,blue star,0.125000,,

        """,
        Write(PredictionFormat.Csv, top: 3, threshold: null, A));

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+a", "'+a")]
    [InlineData("-a", "'-a")]
    [InlineData("@a", "'@a")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    [InlineData("a\nb\u001b[31m", "a\\nb\\u001B[31m")]
    public void No_cell_of_a_csv_is_a_formula_or_breaks_its_row(string name, string expected)
    {
        var prediction = new PicturePrediction(name, [new ClassProbability(name, 0, 1)]);

        string row = Write(PredictionFormat.Csv, top: 1, threshold: null, prediction).Split('\n')[1];

        Assert.Equal($"{expected},{expected},1.000000", row);
    }

    [Fact]
    public void A_tab_in_a_name_is_no_column() => Assert.Equal(
        @"a\tb",
        Write(PredictionFormat.Tsv, top: 1, threshold: null, A with { Path = "a\tb" }).Split('\n')[1].Split('\t')[0]);

    [Fact]
    public void Json_is_one_list_and_no_answer_is_null() => Assert.Equal(
        """
        [
        {"path":"a.png","classes":[{"name":"red star","label":0,"probability":0.75}],"threshold":0.6,"answer":"red star"},
        {"path":"b.png","classes":[{"name":"blue star","label":1,"probability":0.5}],"threshold":0.6,"answer":null}
        ]

        """,
        Write(
            PredictionFormat.Json,
            top: 1,
            threshold: 0.6,
            A with { Classes = [A.Classes[0]] },
            B with { Classes = [B.Classes[0]] }));

    [Fact]
    public void Lines_of_json_stand_alone() => Assert.Equal(
        """
        {"path":"a.png","classes":[{"name":"red star","label":0,"probability":0.75}],"answer":"red star"}

        """,
        Write(PredictionFormat.JsonLines, top: 1, threshold: null, A with { Classes = [A.Classes[0]] }));

    private static PicturePrediction A { get; } = new("a.png", [new("red star", 0, 0.75), new("blue star", 1, 0.125)]);

    private static PicturePrediction B { get; } = new("b.png", [new("blue star", 1, 0.5), new("red star", 0, 0.25)]);

    private static string Write(
        PredictionFormat format, int top, double? threshold, params PicturePrediction[] predictions)
    {
        using var text = new StringWriter();
        var writer = new PredictionWriter(text, format, top, threshold is not null);
        writer.Begin();
        foreach (PicturePrediction prediction in predictions)
        {
            writer.Add(prediction with { Threshold = threshold });
        }

        writer.End();
        return text.ToString();
    }
}
