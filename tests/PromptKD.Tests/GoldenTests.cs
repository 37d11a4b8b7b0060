using PromptKD.Golden;

namespace PromptKD.Tests;

/// <summary>Every golden case that the project contains holds within its own tolerance.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenCase.FindAll(ProjectFolder.Golden)
        .Where(golden => GoldenChecks.For(golden) is not null)
        .Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_the_reference(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        GoldenCase golden = GoldenCase.FindAll(ProjectFolder.Golden).Single(one => one.Name == name);
        ClipVocabulary.RequireFor(golden);

        Comparison[] comparisons = [.. GoldenChecks.For(golden)!.Run(golden)];

        Assert.NotEmpty(comparisons);
        Assert.DoesNotContain(comparisons, comparison => comparison.Fraction > 1);
    }
}
