// Classifies pictures with a student package: dotnet run samples/ClassifyPictures.cs -- STUDENT PICTURE...
#:project ../src/PromptKD/PromptKD.csproj
#:package libtorch-cpu-linux-x64
#:property RuntimeIdentifier=linux-x64
#:property PublishAot=false
using PromptKD.Inference;

using var classifier = StudentClassifier.Load(args[0]);
foreach (PicturePrediction picture in classifier.ClassifyAll(args[1..], top: 3))
{
    Console.WriteLine(picture.Path);
    foreach (ClassProbability one in picture.Classes)
    {
        Console.WriteLine($"  {one.Probability,6:P1}  {one.Name}");
    }
}
