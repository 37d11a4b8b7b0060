using System.Runtime.CompilerServices;
using PromptKD;
using PromptKD.Runtime;
using PromptKD.Speed;

// PromptKD.Speed PART FOLDER [--quick]: one part of bench/speed.sh, store.sh, parallel.sh, scale.sh, onnx.sh or
// towers.sh, which say what the parts are. Each runs in a process of its own, as the peak of a process's memory never
// falls. Measurements gather in FOLDER.
const string Usage =
    "Usage: PromptKD.Speed reference|live|store|warm|report|difference|memory|loader|frozen|parallel|exchange"
    + "|teacher-steps|teacher-many|teacher-tight|teacher-report|onnx-write|onnx-measure|onnx-threads|towers-teacher"
    + "|towers-student FOLDER [--quick]";
if (args is not ([_, _] or [_, _, "--quick"]))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

// The library knows how to load libtorch on older systems; it has to be there before torch is first touched.
RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
var work = new WorkFolder(args[1]);
var target = ComputeTarget.Resolve("cpu", "auto");
int repetitions = args.Length == 3 ? 2 : 3;
manual_seed(1);
switch (args[0])
{
    case "reference" when args.Length == 3:
        ReferenceSpeed.MeasureInParts(work, repetitions);
        break;
    case "reference":
        ReferenceSpeed.MeasureWhole(work, repetitions);
        break;
    case "live":
        StudentSpeed.MeasureLive(work, target, repetitions);
        break;
    case "store":
        StoreSpeed.Measure(work, target);
        break;
    case "warm":
        StudentSpeed.MeasureWarm(work, target, repetitions);
        break;
    case "difference":
        StoreDifference.Measure(new SmallRuns(work.Models, args[1]));
        return 0;
    case "memory":
        MemoryTrend.Measure(new SmallRuns(work.Models, args[1]));
        return 0;
    case "loader":
        LoaderSpeed.Measure(work, target);
        return 0;
    case "frozen":
        FrozenTokens.Measure();
        return 0;
    case "parallel":
        ParallelSteps.Measure(steps: args.Length == 3 ? 1 : 6);
        return 0;
    case "exchange":
        ExchangeSpeed.Measure(repetitions: args.Length == 3 ? 5 : 30);
        return 0;
    case "teacher-steps":
        TeacherSpeed.MeasureSteps(work, rounds: repetitions + 1);
        return 0;
    case "teacher-many":
        TeacherSpeed.MeasureMany(work, TeacherSpeed.Many, gibibytes: 8);
        return 0;
    case "teacher-tight":
        TeacherSpeed.MeasureMany(work, TeacherSpeed.Tight, gibibytes: 4.5);
        return 0;
    case "teacher-report":
        TeacherSpeed.Report(work);
        return 0;
    case "onnx-write":
        new OnnxFiles(args[1]).Write();
        new OnnxFiles(Path.Combine(args[1], "small"), OnnxFiles.DemoSize).Write();
        return 0;
    case "onnx-measure":
        new OnnxSpeed(new OnnxFiles(args[1]), rounds: args.Length == 3 ? 3 : 10).Measure();
        OnnxService.MeasureSmall(new OnnxFiles(Path.Combine(args[1], "small")));
        return 0;
    case "onnx-threads":
        OnnxService.MeasureThreads(new OnnxFiles(args[1]), rounds: args.Length == 3 ? 4 : 10);
        return 0;
    case "towers-teacher":
        new TowerSpeed(args[1], rounds: args.Length == 3 ? 1 : 8).MeasureTeacher();
        return 0;
    case "towers-student":
        new TowerSpeed(args[1], rounds: args.Length == 3 ? 5 : 20).MeasureStudents();
        return 0;
    case "report":
        Report.Print(work);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

work.Add($"{args[0]} peak", PeakMemory.Gibibytes());
return 0;
