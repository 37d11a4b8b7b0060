namespace PromptKD.Faults;

/// <summary>A little of everything that the program writes: six classes, a dozen pictures, one or two epochs.</summary>
internal static class FaultCases
{
    private const string OftenSaved = "TRAIN.CHECKPOINT_MINUTES 0.000000001";
    private const string Models = "--teacher {program}/demo/teacher --student {program}/demo/student";
    private const string Pictures = "--images {world}/photos --classes {world}/classes.txt";
    private const string Student = "{done:distill}/student";
    private const string Demo = "demo --recipe fast --output {out}"; // Recipes are walked as distill-*.

    /// <summary>All of them; those that others begin with come first.</summary>
    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("distill", Distill("paper", $"--val {{world}}/test --epochs 2 {OftenSaved}")),
        new("distill-views", Distill("paper", "--views 2 --epochs 2")),
        new("distill-best", OnFeatures("best", epochs: 1)),
        new("distill-fast", OnFeatures("fast", epochs: 0)),
        new("distill-labelled",
            "distill --recipe paper --images {world}/photos --labelled {world}/test --shots 1 --base 3 "
            + "--precision fp32 --teacher {program}/demo/plain-teacher --student {program}/demo/student "
            + "--epochs 1 --batch-size 6 --teach-config {world}/teach.yaml --output {out}"),
        new("teach",
            "teach --data {world}/test --clip {program}/demo/plain-teacher --shots 1 --epochs 2 --batch-size 3 "
            + $"--precision fp32 --output {{out}} {OftenSaved}"),
        new("features", Features("")),
        new("features-part", Features("--shard 1/2")),
        new("features-merge", "features --merge {done:features} --output {out}"),
        new("distill-store",
            Distill("paper", "--epochs 1 --store {out}/store")
                .Replace("--output {out}", "--output {out}/run", StringComparison.Ordinal))
            { Begin = "{done:features}", BeginIn = "store" }, // It gets the class vectors.
        new("features-dataset",
            "features --dataset eurosat --root {world}/data --teacher {program}/demo/teacher --teacher-prompts none "
            + "--precision fp32 --output {out}"),
        new("train-coop",
            Train("CoOp", "vit_b16_ep50", "{program}/demo/plain-teacher", "DATASET.NUM_SHOTS 1 OPTIM.MAX_EPOCH 2 "
                + "TRAINER.COOP.N_CTX 4 TRAINER.COOP.PREC fp32 TEST.COMPUTE_CMAT True TRAIN.CHECKPOINT_FREQ 1")),
        new("train-promptsrc",
            Train("PromptSRC", "vit_b16_c2_ep20_batch4_4+4ctx", "{program}/demo/plain-teacher", "DATASET.NUM_SHOTS 1 "
                + "OPTIM.MAX_EPOCH 3 TRAINER.PROMPTSRC.GPA_MEAN 3 TRAINER.PROMPTSRC.PREC fp32 "
                + "TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION 2 TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT 2 "
                + "TEST.FINAL_MODEL best_val TEST.SELECT reference TRAIN.CHECKPOINT_FREQ 1")),
        new("train-promptkd", TrainPromptKD("TRAINER.MODAL base2novel")),
        new("train-best", TrainPromptKD("TRAINER.MODAL cross TEST.FINAL_MODEL best_val TEST.SELECT reference")),
        new("train-evaluation",
            Train("CoOp", "vit_b16_ep50", "{program}/demo/plain-teacher", "DATASET.NUM_SHOTS 1 OPTIM.MAX_EPOCH 2 "
                + "TRAINER.COOP.N_CTX 4 TRAINER.COOP.PREC fp32 TEST.COMPUTE_CMAT True TRAIN.CHECKPOINT_FREQ 1")
                .Replace("--seed 1", "--seed 1 --eval-only --model-dir {done:train-coop}", StringComparison.Ordinal)),
        new("benchmark",
            "benchmark base2new --root {world}/data --datasets eurosat --seeds 1 --trainer CoOp --shots 1 "
            + "--student {program}/demo/plain-teacher --output {out} OPTIM.MAX_EPOCH 1 TRAINER.COOP.PREC fp32 "
            + "TRAINER.COOP.N_CTX 4 DATALOADER.TRAIN_X.BATCH_SIZE 6") { GoesOn = true },
        new("benchmark-cross",
            $"benchmark cross --datasets eurosat --seeds 1 --root {{world}}/data --output {{out}} {Models} "
            + "DISTILL.TEACHER_PROMPTS none OPTIM.MAX_EPOCH 1 TRAINER.PROMPTKD.PREC fp32 DATASET.NUM_SHOTS 0")
            { GoesOn = true },
        new("report", "report {done:benchmark} --output {out}"),
        new("classes-add", Classes("add 'grey moon' --teacher {program}/demo/teacher")) { Begin = "" },
        new("classes-rename", Classes("rename 'red circle' 'red disc' --teacher {program}/demo/teacher"))
            { Begin = "" },
        new("classes-remove", Classes("remove 'red circle'")) { Begin = "" },
        new("classes-in-place", "classes remove 'red circle' --model {out}/student --in-place")
            { Begin = "{done:distill}" },
        new("predict-output", $"predict {{world}}/test --model {Student} --top 2 --output {{out}}/answers.csv")
            { Begin = "" },
        new("predict-sort", $"predict {{world}}/test --model {Student} --sort-into {{out}}"),
        new("predict-links", $"predict {{world}}/test --model {Student} --sort-into {{out}} --links"),
        new("evaluate", Evaluate("--confusion {out}/confusion.csv --mistakes {out}/mistakes --json {out}/all.json"))
            { Begin = "" },
        new("evaluate-links", Evaluate("--mistakes {out}/mistakes --links")) { Begin = "" },
        new("evaluate-pictures", Evaluate("--confusion {out}/confusion.png --mistakes {out}/mistakes.png"))
            { Begin = "" },
        new("preview", $"preview --teacher {{program}}/demo/teacher {Pictures} --output {{out}}"),
        new("embed",
            $"embed --images {{world}}/test --student {Student} --teacher {{program}}/demo/teacher "
            + "--output {out}/features")
            { Begin = "" },
        new("export-checkpoint",
            "export --checkpoint {done:train-best}/VLPromptLearner/model-best.pth.tar --classes {world}/classes.txt "
            + $"{Models} --output {{out}}/student") { Begin = "" },
        new("export-model", $"export --model {Student} --output {{out}}/m.onnx") { Begin = "" },
        new("export-clip", "export --clip {program}/demo/plain-teacher --output {out}/clip") { Begin = "" },
        new("import", "import custom-vision {world}/project --output {out}/folders") { Begin = "" },
        new("demo-pictures", "demo --pictures-only --output {out}"),
        new("demo", Demo),
        new("demo-again", Demo) { Begin = "{done:demo}" }, // What it writes beside the run, which is a distillation.
    ];

    private static string Distill(string recipe, string more) =>
        $"distill --recipe {recipe} {Pictures} {Models} --batch-size 6 --precision fp32 --output {{out}} {more}";

    private static string OnFeatures(string recipe, int epochs) => Distill(
        recipe, $"--views 2 --epochs {epochs} DISTILL.START.EPOCHS 2 DISTILL.START.BATCH_SIZE 6");

    private static string Features(string more) =>
        "features --images {world}/photos --teacher {program}/demo/teacher --views 2 --precision fp32 --output {out} "
        + more;

    private static string Train(string trainer, string file, string student, string more) =>
        $"train --root {{world}}/data --seed 1 --trainer {trainer} --output-dir {{out}} "
        + "--dataset-config-file {program}/configs/datasets/eurosat.yaml "
        + $"--config-file {{program}}/configs/trainers/{trainer}/{file}.yaml --student {student} {more}";

    private static string TrainPromptKD(string more) =>
        Train("PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx", "{program}/demo/student", "--teacher {program}/demo/teacher "
            + "--teacher-prompts none DATASET.NUM_SHOTS 0 OPTIM.MAX_EPOCH 2 TRAINER.PROMPTKD.PREC fp32 " + more);

    private static string Classes(string what) => $"classes {what} --model {Student} --output {{out}}/student";

    private static string Evaluate(string more) => $"evaluate --model {Student} --data {{world}}/test {more}";
}
