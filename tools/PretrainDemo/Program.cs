using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using PretrainDemo;
using PromptKD;
using PromptKD.Demo.Charts;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;
using PromptKD.Runtime;
using PromptKD.Text;

// Makes the two small CLIPs of the demo: README.md beside this file says how, and how long it takes.
var output = new Option<string>("--output")
{
    Description = "Folder to write the models' folders to.",
    DefaultValueFactory = _ => "demo",
};
var teacherSteps = new Option<int>("--steps-teacher")
{
    Description = "Training steps of the teacher; 0 leaves it out.",
    DefaultValueFactory = _ => 1200,
};
var studentSteps = new Option<int>("--steps-student")
{
    Description = "Training steps of the student; 0 leaves it out.",
    DefaultValueFactory = _ => 3000,
};
var teacherSeed = new Option<long>("--seed-teacher")
{
    Description = "Decides the teacher's first weights and its pictures.",
    DefaultValueFactory = _ => 1,
};
var studentSeed = new Option<long>("--seed-student")
{
    Description = "Decides the student's first weights and its pictures.",
    DefaultValueFactory = _ => 12,
};
var plainTeacher = new Option<bool>("--plain")
{
    Description =
        "Train the teacher, too, on pictures in full light, into plain-teacher/: it then knows no more of the "
        + "night than the student.",
};
var threads = new Option<int>("--threads")
{
    Description = "Threads that compute.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var command = new RootCommand("Pre-trains the demo's teacher and student, two small CLIPs, on drawn pictures.")
{
    output, teacherSteps, studentSteps, teacherSeed, studentSeed, plainTeacher, threads,
};
command.SetAction(arguments =>
{
    // The library knows how to load libtorch on older systems; it has to be there before torch is first touched.
    RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
    set_num_threads(arguments.GetValue(threads));
    bool plain = arguments.GetValue(plainTeacher);
    DemoModel[] models =
    [
        new(
            new PretrainingPlan
            {
                Name = "teacher",
                Architecture = DemoModel.TeacherArchitecture,
                Steps = arguments.GetValue(teacherSteps),
                Seed = arguments.GetValue(teacherSeed),
            },
            plain ? "plain-teacher" : "teacher",
            plain ? PictureDomain.Daylight : PictureDomain.ChangingLight,
            plain ? CaptionSource.WithTemplates : CaptionSource.Own),
        new(
            new PretrainingPlan
            {
                Name = "student",
                Architecture = DemoModel.StudentArchitecture,
                Steps = arguments.GetValue(studentSteps),
                Seed = arguments.GetValue(studentSeed),
            },
            "student",
            PictureDomain.Daylight,
            CaptionSource.Own),
    ];
    try
    {
        foreach (DemoModel model in models.Where(model => model.Plan.Steps > 0))
        {
            Make(model, arguments.GetValue(output)!);
        }

        WorldSheet.Write(Path.Combine(arguments.GetValue(output)!, "world.png"));
        return 0;
    }
    catch (PromptKDException error)
    {
        Console.Error.WriteLine($"pretrain-demo: {error.Message}");
        return 2;
    }
});
return command.Parse(args).Invoke();

static void Make(DemoModel made, string output)
{
    var clock = Stopwatch.StartNew();
    string folder = Path.Combine(output, made.Folder);
    string vocabulary = Path.Combine(folder, "merges.txt");
    WholeFile.WriteText(vocabulary, BytePairLearner.ToMergesFile(BytePairLearner.Learn(made.Captions.All)));
    var tokenizer = ClipTokenizer.Load(vocabulary);
    using ContrastiveModel model = made.Train(tokenizer, Console.WriteLine);
    OpenClipExport.Write(folder, model);
    long parameters = model.Parameters.Sum(one => one.Value.numel());
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{made.Plan.Name}: {parameters:n0} parameters to '{folder}' in {clock.Elapsed.TotalMinutes:0.0} minutes"));
    Console.WriteLine($"{made.Plan.Name}, daylight: {ZeroShotCheck.Run(model, PictureDomain.Daylight, tokenizer)}");
    Console.WriteLine($"{made.Plan.Name}, night: {ZeroShotCheck.Run(model, PictureDomain.Night, tokenizer)}");
}
