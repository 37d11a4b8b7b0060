using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class PromptTemplatesTests
{
    [Fact]
    public void Has_the_two_ensembles_of_the_family()
    {
        Assert.Equal(60, PromptTemplates.ImageNet.Count);
        Assert.Equal(7, PromptTemplates.ImageNetSelect.Count);
        Assert.Equal("itap of a {}.", PromptTemplates.ImageNetSelect[0].Pattern);
    }

    [Theory]
    [InlineData("DescribableTextures", "{} texture.")]
    [InlineData("oxfordpets", "a photo of a {}, a type of pet.")]
    public void Knows_each_dataset_whatever_its_case(string dataset, string expected) =>
        Assert.Equal(expected, PromptTemplates.ForDataset(dataset).Pattern);

    [Fact]
    public void Knows_the_fifteen_datasets_of_the_family() => Assert.Equal(15, PromptTemplates.Datasets.Count);

    [Fact]
    public void Names_the_datasets_that_it_knows()
    {
        var error = Assert.Throws<PromptKDException>(() => PromptTemplates.ForDataset("MNIST"));

        Assert.StartsWith(
            "No prompt template is known for the dataset 'MNIST', only for OxfordPets, ", error.Message,
            StringComparison.Ordinal);
    }
}
