using System.Security.Cryptography;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Features.Store;
using PromptKD.Golden;
using PromptKD.Runs;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Teachers;

/// <summary>A store that two of the demo's teachers share.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class SeveralStoresTests : IDisposable
{
    private const int PhotosPerClass = 6;
    private const int Views = 2;

    private static readonly string s_models = Path.Combine(ProjectFolder.Root, "demo");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public SeveralStoresTests() => DemoData.Write(Pictures, PhotosPerClass, testPerClass: 1);

    private string Pictures => Path.Combine(_folder, "pictures");

    private string Store => Path.Combine(_folder, "store");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Several_teachers_share_a_store_and_pictures_are_loaded_once_for_all()
    {
        string other = Path.Combine(_folder, "other store"), shared = Path.Combine(_folder, "shared store");
        ExperimentConfig first = Config("run", Store), second = OfSecond(Config("run", other));
        TeacherStoring.Fill(first, StorePart.Whole, cancellationToken: Stop);
        TeacherStoring.Fill(second, StorePart.Whole, cancellationToken: Stop);
        var watcher = new Watcher();

        Assert.Equal(0, TeacherStoring.Fill(OfBoth(Config("run", shared)), StorePart.Whole, watcher, Stop));

        Assert.Equal(2, TeacherStoring.TeachersIn(shared));
        Assert.Equal(Shards(Store), Shards(shared));
        Assert.Equal(Shards(other), Shards(Path.Combine(shared, "teacher-2")));
        Assert.NotEqual(Shards(Store), Shards(other));
        Assert.Empty(TeacherStoring.Check(shared, Stop));
        Assert.Equal(PhotosPerClass * DemoClass.All.Count * Views, watcher.StoredViews);
    }

    [Fact]
    public void A_teacher_that_comes_later_is_stored_beside_what_is_there()
    {
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellationToken: Stop);
        Dictionary<string, string> before = Shards(Store);

        Assert.Equal(0, TeacherStoring.Fill(OfBoth(Config("run", Store)), StorePart.Whole, cancellationToken: Stop));

        Assert.Equal(2, TeacherStoring.TeachersIn(Store));
        Assert.Equal(before, Shards(Store));
    }

    [Fact]
    public void A_store_of_several_teachers_teaches_as_their_stores_do()
    {
        string other = Path.Combine(_folder, "other store"), shared = Path.Combine(_folder, "shared store");
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellationToken: Stop);
        TeacherStoring.Fill(OfSecond(Config("run", other)), StorePart.Whole, cancellationToken: Stop);
        TeacherStoring.Fill(OfBoth(Config("run", shared)), StorePart.Whole, cancellationToken: Stop);
        ExperimentConfig apart = OfBoth(Config("apart", Store));
        apart = apart with { Distill = apart.Distill with { FurtherStores = [other] } };

        string expected = Digest(Experiment.Distil(apart, cancellationToken: Stop));

        Assert.Equal(expected, Digest(Experiment.Distil(OfBoth(Config("named", shared)), cancellationToken: Stop)));

        // The vectors of the classes are in it by now: nobody need be named.
        ExperimentConfig unnamed = Config("unnamed", shared);
        unnamed = unnamed with { Distill = unnamed.Distill with { Teacher = "" } };
        Assert.Equal(expected, Digest(Experiment.Distil(unnamed, cancellationToken: Stop)));

        // One that is named learns from the first alone.
        Assert.NotEqual(expected, Digest(Experiment.Distil(Config("first", shared), cancellationToken: Stop)));
    }

    [Fact]
    public void Parts_of_a_store_of_several_teachers_are_joined()
    {
        string[] parts = [Path.Combine(_folder, "part 1"), Path.Combine(_folder, "part 2")];
        string whole = Path.Combine(_folder, "whole"), single = Path.Combine(_folder, "single");
        TeacherStoring.Fill(OfBoth(Config("run", Store)), StorePart.Whole, cancellationToken: Stop);
        TeacherStoring.Fill(Config("run", single), StorePart.Whole, cancellationToken: Stop);
        Assert.All(parts.Index(), part => TeacherStoring.Fill(
            OfBoth(Config("run", part.Item)), new StorePart(part.Index, 2), cancellationToken: Stop));

        Assert.Equal(0, TeacherStoring.Merge(parts, whole, Stop));

        Assert.Equal(Shards(Store), Shards(whole));
        Assert.Equal(Shards(Path.Combine(Store, "teacher-2")), Shards(Path.Combine(whole, "teacher-2")));
        var error = Assert.Throws<PromptKDException>(
            () => TeacherStoring.Merge([parts[0], single], Path.Combine(_folder, "other"), Stop));
        Assert.Contains("is that of 2 teachers, and", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "other")));
    }

    [Fact]
    public void More_teachers_than_a_store_has_are_not_looked_for_in_it()
    {
        TeacherStoring.Fill(Config("run", Store), StorePart.Whole, cancellationToken: Stop);

        DistillConfig resolved = SeveralStores.Resolve(OfBoth(Config("run", Store)).Distill);

        Assert.Empty(resolved.FurtherStores);
        resolved = SeveralStores.Resolve(OfBoth(Config("run", Store)).Distill with { WhileFilling = true });
        Assert.Equal([Path.Combine(Store, "teacher-2")], resolved.FurtherStores);
    }

    private static ExperimentConfig OfSecond(ExperimentConfig config) => config with
    {
        Distill = config.Distill with { Teacher = Path.Combine(s_models, "plain-teacher") },
    };

    private static ExperimentConfig OfBoth(ExperimentConfig config) => config with
    {
        Distill = config.Distill with { FurtherTeachers = [Path.Combine(s_models, "plain-teacher")] },
    };

    private static Dictionary<string, string> Shards(string store) =>
        Directory.EnumerateFiles(Path.Combine(store, "shards"))
            .ToDictionary(path => Path.GetFileName(path), DigestOf);

    private static string Digest(DistillationReport report) =>
        DigestOf(Path.Combine(report.StudentFolder, "student.safetensors"));

    private static string DigestOf(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private ExperimentConfig Config(string run, string store)
    {
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            OutputDir = Path.Combine(_folder, run),
            Optim = paper.Optim with { MaxEpoch = 1, WarmupEpoch = 0 },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 32 } },
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { Prec = "fp32", KdWeight = 100 } },
            Distill = new DistillConfig
            {
                Images = Path.Combine(Pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(s_models, "teacher"),
                Student = Path.Combine(s_models, "student"),
                Store = store,
                Views = Views,
            },
        };
    }

    private sealed class Watcher : ITrainingObserver
    {
        public long StoredViews { get; private set; }

        public void OnStored(long done, long total) => StoredViews = done;
    }
}
