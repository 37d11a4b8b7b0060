// Distils a folder of pictures: dotnet run samples/DistillAFolder.cs -- PHOTOS CLASSES.txt TEACHER STUDENT OUTPUT
#:project ../src/PromptKD/PromptKD.csproj
#:package libtorch-cpu-linux-x64
#:property RuntimeIdentifier=linux-x64
#:property PublishAot=false
using PromptKD;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runs;
using PromptKD.Training;

ExperimentConfig recipe = Recipe.Find("best").Config;
ExperimentConfig config = recipe with
{
    OutputDir = args[4],
    Optim = recipe.Optim with { MaxEpoch = 2 },
    Distill = recipe.Distill with
    {
        Images = args[0],
        Classes = [.. File.ReadLines(args[1])],
        Teacher = args[2],
        Student = args[3],
    },
};
DistillationReport report = Experiment.Distil(config, new EpochPrinter());
Console.WriteLine($"The student is in {report.StudentFolder}");

internal sealed class EpochPrinter : ITrainingObserver
{
    public void OnEpoch(EpochRecord epoch) =>
        Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.Loss:0.0}, agreement {epoch.Agreement:P0}");
}
