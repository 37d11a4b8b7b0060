using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Pictures;

public sealed class FolderNameTests
{
    [Theory]
    [InlineData("cat", "cat")]
    [InlineData("AC/DC supply", "AC%2FDC supply")]
    [InlineData("a\\b", "a%5Cb")]
    [InlineData("what?", "what%3F")]
    [InlineData("<a:b|c>*\"", "%3Ca%3Ab%7Cc%3E%2A%22")]
    [InlineData("Inc.", "Inc%2E")]
    [InlineData("..", "%2E%2E")]
    [InlineData(".NET", "%2ENET")] // a folder with a dot in front is hidden
    [InlineData("con", "%63on")]
    [InlineData("COM1.x", "%43OM1.x")]
    [InlineData("Comet", "Comet")]
    [InlineData("COM0", "COM0")]
    [InlineData("100 %", "100 %")]
    [InlineData("50%20off", "50%2520off")]
    [InlineData("Ärger", "Ärger")]
    public void Spells_what_a_folder_cannot_hold_and_reads_it_again(string name, string folder)
    {
        Assert.Equal(folder, FolderName.Of(name));
        Assert.Equal(name, FolderName.Decode(folder));
    }

    [Fact]
    public void Finds_a_class_by_either_spelling_and_says_the_right_one()
    {
        string[] names = ["AC/DC supply", "50%20off", "50 off"];
        var lookup = new ClassLookup(names);

        Assert.Equal(0, lookup.Find("ac%2fdc_SUPPLY"));
        Assert.Equal(0, lookup.Find("AC/DC supply"));
        Assert.Equal(1, lookup.Find("50%20off")); // as it stands goes before as it is coded
        Assert.Equal(1, lookup.Find("50%2520off"));
        Assert.Equal(2, lookup.Find("50_off"));
        Assert.Null(lookup.Find("AC-DC supply"));
    }

    [Fact]
    public void The_refusal_names_the_folder_that_is_wanted()
    {
        var missing = Assert.Throws<PromptKDException>(() => new ClassFolders("p", ["dog"], ["dog", "AC/DC"]));
        var unknown = Assert.Throws<PromptKDException>(() => new ClassFolders("p", ["dog", "AC-DC"], ["dog", "AC/DC"]));

        Assert.Contains("Call it 'AC%2FDC'", missing.Message, StringComparison.Ordinal);
        Assert.Contains(
            "The nearest class is 'AC/DC', whose folder is 'AC%2FDC'.", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_nothing_else_names_give_the_names()
    {
        var folders = new ClassFolders("p", ["AC%2FDC_supply", "dog"], classNames: null);

        Assert.Equal(["AC/DC supply", "dog"], folders.Names);
        Assert.Equal(0, folders.LabelOf("AC%2FDC_supply"));
    }
}
