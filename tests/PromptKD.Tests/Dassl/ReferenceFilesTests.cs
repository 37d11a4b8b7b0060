using PromptKD.Configuration;
using PromptKD.Dassl;

namespace PromptKD.Tests.Dassl;

public sealed class ReferenceFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ViT-B/16", "openai:ViT-B/16")]
    [InlineData("ViT/L-14", "openai:ViT-L/14")] // The family's default of TEACHER_NAME.
    [InlineData("vit-l-14", "openai:ViT-L/14")]
    public void Names_the_published_model_where_there_is_no_file(string name, string expected) =>
        Assert.Equal(expected, new ReferenceFiles(_folder).Clip(name));

    [Fact]
    public void Takes_the_file_in_the_folder_clip()
    {
        string file = Write("clip", "ViT-L-14.pt");

        Assert.Equal(file, new ReferenceFiles(_folder).Clip("ViT/L-14"));
    }

    [Fact]
    public void Says_which_models_there_are() => Assert.Contains(
        "RN50, RN101",
        Assert.Throws<PromptKDException>(() => new ReferenceFiles(_folder).Clip("ViT-H/14")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("EuroSAT", "EuroSAT")]
    [InlineData("FGVCAircraft", "FGVCaircraft")]
    [InlineData("StanfordCars", "StandfordCars")]
    [InlineData("StanfordCars", "stanfordcars")]
    public void Finds_a_teacher_however_its_folder_is_spelt(string dataset, string folder)
    {
        string file = Write("teacher_model", folder, "VLPromptLearner", "model-best.pth.tar");

        Assert.Equal(file, new ReferenceFiles(_folder).TeacherPrompts(dataset, "base2novel"));
    }

    [Fact]
    public void Takes_the_teacher_of_ImageNet_across_data_sets()
    {
        string file = Write("teacher_model", "ImageNet-xd", "VLPromptLearner_large", "model.pth.tar-20");

        Assert.Equal(file, new ReferenceFiles(_folder).TeacherPrompts("EuroSAT", "cross"));
    }

    [Fact]
    public void Says_where_it_looked_for_a_teacher_and_what_is_there()
    {
        Write("teacher_model", "SUN397", "VLPromptLearner", "model-best.pth.tar");

        string message = Assert.Throws<PromptKDException>(
            () => new ReferenceFiles(_folder).TeacherPrompts("EuroSAT", "base2novel")).Message;

        Assert.Contains(
            Path.Combine("teacher_model", "EuroSAT", "VLPromptLearner", "model-best.pth.tar"),
            message,
            StringComparison.Ordinal);
        Assert.Contains("(there are SUN397)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_for_no_teacher_where_its_features_are_stored()
    {
        var config = new ExperimentConfig
        {
            Trainer = new TrainerConfig { Name = "PromptKD" },
            Distill = new DistillConfig { Store = "store", Student = "student.pt" },
        };

        DistillConfig completed = new ReferenceFiles(_folder).Complete(config, hasTeacher: true).Distill;

        Assert.Equal(config.Distill, completed);
    }

    [Fact]
    public void Takes_what_is_given()
    {
        var given = new DistillConfig { Student = "a.pt", Teacher = "b.pt", TeacherPrompts = "none" };
        var config = new ExperimentConfig { Trainer = new TrainerConfig { Name = "PromptKD" }, Distill = given };

        DistillConfig completed = new ReferenceFiles(_folder).Complete(config, hasTeacher: true).Distill;

        Assert.Equal(given with { TeacherPrompts = "" }, completed);
    }

    private string Write(params string[] path)
    {
        string file = Path.Combine([_folder, .. path]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        return file;
    }
}
