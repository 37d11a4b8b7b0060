using CsCheck;
using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

/// <summary>Files that are no YAML, or YAML that means harm.</summary>
public sealed class DamagedYamlTests
{
    [Fact]
    public void Says_where_half_a_letter_stands_that_is_none()
    {
        var error = Assert.Throws<PromptKDException>(
            () => YamlReader.Merge(new ExperimentConfig(), "OUTPUT_DIR: \"\\ud800\\u0041\"", "a.yaml"));

        Assert.StartsWith("a.yaml: not valid YAML", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SEED: 1\nINPUT:\n  SIZE: [224, 224", "mine.yaml:3:9: not valid YAML: this bracket is never closed.")]
    [InlineData("INPUT:\n  SIZE: [224\nSEED: 1\n", "mine.yaml:2:9: not valid YAML: this bracket is never closed.")]
    [InlineData("INPUT: {SIZE: [224, 224]\n", "mine.yaml:1:8: not valid YAML: this bracket is never closed.")]
    [InlineData("SEED: [", "mine.yaml:1:7: not valid YAML: this bracket is never closed.")]
    [InlineData("SEED: \"1", "mine.yaml:1:7: not valid YAML: ")]
    [InlineData("SEED: @x", "mine.yaml:1:7: not valid YAML: ")]
    [InlineData("SEED: 1\n  USE_CUDA: True", "mine.yaml:2:11: not valid YAML: ")]
    [InlineData("OPTIM:\n\tLR: 1.0", "mine.yaml:")]
    [InlineData("SEED: *nobody", "mine.yaml:1:")]
    [InlineData(
        "SEED: 1\nSEED: 2",
        "mine.yaml:2:1: not valid YAML: the key SEED stands in line 1 already. Keep one of the two.")]
    [InlineData(
        "OPTIM:\n  LR: 1\n  X: [1, {LR: 2}]\n  LR: 3",
        "mine.yaml:4:3: not valid YAML: the key LR stands in line 2 already. Keep one of the two.")]
    [InlineData(
        "OPTIM: {LR: 1, \"LR\": 2}",
        "mine.yaml:1:16: not valid YAML: the key LR stands in line 1 already. Keep one of the two.")]
    public void What_is_not_YAML_is_one_line_with_its_place(string yaml, string start)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.Contains("not valid YAML: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("? |\n  two\n  lines\n: 1", "mine.yaml:1:3: unknown key \"two\\nlines\\n\". ")]
    [InlineData("INPUT:\n  ? |\n    two\n    lines\n  : 1", "mine.yaml:2:5: unknown key \"INPUT.two\\nlines\\n\". ")]
    public void A_key_of_several_lines_is_shown_on_one(string yaml, string start)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Any_damage_to_a_file_is_one_line_or_harmless()
    {
        string yaml = new ExperimentConfig().ToYaml();
        Gen<string> damage = Gen.Char["[]{}:,-\"'\t\n&*!|>%@`#? \\a1"].Array[0, 3].Select(string.Concat);

        Gen.Select(Gen.Int[0, yaml.Length], Gen.Int[0, 40], damage).Sample(
            (start, length, inserted) =>
            {
                string damaged = yaml[..start] + inserted + yaml[Math.Min(yaml.Length, start + length)..];
                try
                {
                    Merge(damaged);
                }
                catch (PromptKDException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: 2000);
    }

    [Fact]
    public void A_list_that_contains_itself_is_refused()
    {
        var error = Assert.Throws<PromptKDException>(() => Merge("INPUT:\n  SIZE: &list [1, *list]"));

        Assert.StartsWith("mine.yaml:2:19: not valid YAML: the alias *list ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("&a [*a, *a]")]
    [InlineData("a: &a [x, x]\nb: &b [*a, *a]\nc: *c")]
    public void An_alias_stands_for_what_is_complete(string yaml)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.Contains(" stands for nothing that is complete before it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_is_read_as_what_it_stands_for() =>
        Assert.Equal(0.25, Merge("OPTIM:\n  MOMENTUM: &rate 0.25\n  LR: *rate").Optim.Lr);

    [Fact]
    public void Aliases_that_grow_without_end_are_refused()
    {
        // Nine lists of nine aliases each stand for 9^9 texts: the "billion laughs".
        string yaml = "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 9).Select(number =>
            $"a{number}: &a{number} [{string.Join(", ", Enumerable.Repeat($"*a{number - 1}", 9))}]\n"));

        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.Contains(": not settings: more than 100000 keys and values", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("- ", "")]
    [InlineData("? ", "")]
    public void Deep_nesting_is_one_line(string open, string close)
    {
        const int Deep = 20_000;
        string yaml = string.Concat(Enumerable.Repeat(open, Deep)) + "x" + string.Concat(
            Enumerable.Repeat(close, Deep));

        Assert.Throws<PromptKDException>(() => Merge(yaml));
    }

    [Theory]
    [InlineData("0b")]
    [InlineData("0x")]
    [InlineData("0_")]
    [InlineData("1")]
    [InlineData("1.")]
    public void A_long_value_that_is_almost_a_number_is_read_in_no_time(string start)
    {
        string value = start + new string('1', 400_000) + "z";

        Assert.Equal(value, Merge($"DATASET:\n  NAME: {value}").Dataset.Name);
    }

    private static ExperimentConfig Merge(string yaml) => new ExperimentConfig().MergeYaml(yaml, "mine.yaml");
}
