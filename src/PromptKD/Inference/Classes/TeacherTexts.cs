using System.Globalization;
using PromptKD.Export;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Inference.Classes;

/// <summary>Makes class vectors for a package as its run made them, and makes sure that they are the same.</summary>
internal static class TeacherTexts
{
    private const int MostCompared = 8;

    // Half precision turns vectors by a thousandth or two; other sentences or weights by a tenth and more.
    private const double LeastCosine = 0.99;

    /// <summary>Encodes names.</summary>
    /// <param name="edit">Names the teacher.</param>
    /// <param name="manifest">Of the package.</param>
    /// <param name="known">Its vectors.</param>
    /// <param name="names">What to encode.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops while the teacher is fetched.</param>
    /// <exception cref="PromptKDException">
    /// The teacher is not the one that the student learned from, cannot be read, or a name is too long for it.
    /// </exception>
    public static ClassVectors Encode(
        ClassEdit edit,
        StudentManifest manifest,
        ClassVectors known,
        IReadOnlyList<string> names,
        IRunObserver? observer,
        CancellationToken cancellation)
    {
        observer ??= IRunObserver.Nobody;
        using var parts = new Unfinished();
        using DisposeScope scope = NewDisposeScope();
        using ProcessSettings kept = ProcessSettings.Keep();
        ComputePrecision precision = manifest.Precision == "fp32" ? ComputePrecision.Fp32 : ComputePrecision.Auto;
        ComputeTarget target = ComputeTarget.Resolve(edit.Device, edit.DeviceIndex, precision, observer.OnWarning)
            .WithProvider(edit.OnnxProvider);
        observer.OnPhase($"Reading the teacher {edit.Teacher}");
        ClipCheckpoint clip = parts.Add(ModelFiles.OpenClip(edit.Teacher!, observer, cancellation));
        RefuseOther(
            manifest.OwnTexts ? "student" : "teacher",
            edit.Teacher!,
            manifest,
            FileDigest.Sha256(clip.WeightFiles, stop: cancellation));
        RefuseOtherPrompts(edit, manifest, cancellation);
        PromptedWeights? prompts =
            edit.TeacherPrompts is { } path ? parts.Add(PromptCheckpoint.ReadTeacher(path)) : null;
        using var frozen = new FrozenClip(clip, prompts, target)
        {
            Position = CoOpTeachers.PositionOf(edit.ClassPosition, prompts),
        };
        parts.HandOver(frozen);
        target.UseThreadsFor(frozen.Architecture.VisionWidth);
        string vocabulary = ModelFiles.FindVocabulary(edit.Vocabulary, frozen.Folder, cancellation);
        RefuseOther(
            manifest.OwnTexts ? "student vocabulary" : "vocabulary",
            vocabulary,
            manifest,
            FileDigest.Sha256([vocabulary], stop: cancellation));
        string[] compared = [.. Unchanged(manifest).Take(MostCompared)];
        using ClassVectors made = frozen.ReadClassVectors(
            TextTokenizers.Load(vocabulary),
            [.. names, .. compared],
            [.. manifest.Templates.Select(pattern => new PromptTemplate(pattern))],
            edit.Context,
            manifest.RoundPromptsToHalf);
        Tensor vectors = made.Vectors.cpu();
        for (int place = 0; place < compared.Length; place++)
        {
            Compare(compared[place], known, vectors[names.Count + place], edit);
        }

        return new ClassVectors(names, vectors.slice(0, 0, names.Count, 1).clone(), made.LogitScale);
    }

    private static IEnumerable<string> Unchanged(StudentManifest manifest)
    {
        IReadOnlyList<ChangedClass> changes = (manifest.ClassChanges ?? ClassChanges.None).Changed;
        HashSet<string> changed = [.. changes.Select(one => one.Name)];
        return manifest.ClassNames.Where(name => !changed.Contains(name));
    }

    private static void RefuseOther(string what, string given, StudentManifest manifest, string? digest)
    {
        string? wanted = manifest.Inputs.GetValueOrDefault(what);
        if (wanted != digest && (wanted is not null || what == "teacher prompts"))
        {
            throw new PromptKDException(
                $"{given}: not the {what} that the student learned from: its SHA-256 is {Shown(digest)}, expected "
                + $"{Shown(wanted)}. Give the same files as the run that made the student.");
        }
    }

    // A student's own texts are those of its plain CLIP.
    private static void RefuseOtherPrompts(ClassEdit edit, StudentManifest manifest, CancellationToken cancellation)
    {
        if (!manifest.OwnTexts)
        {
            RefuseOther(
                "teacher prompts",
                edit.TeacherPrompts ?? "no ‹teacher-prompts›",
                manifest,
                edit.TeacherPrompts is { } file ? FileDigest.Sha256([file], stop: cancellation) : null);
        }
        else if (edit.TeacherPrompts is { } given)
        {
            throw new PromptKDException(
                $"{given}: {edit.Package} is compared with the texts of its own CLIP (TRAINER.PROMPTKD.SHARED_TEXT "
                + "False), which has no learned prompts. Leave ‹teacher-prompts› out, and give that CLIP as "
                + "‹teacher›.");
        }
    }

    private static string Shown(string? digest) => digest is null ? "none" : $"{digest.AsSpan(0, 12)}…";

    private static void Compare(string name, ClassVectors known, Tensor made, ClassEdit edit)
    {
        using DisposeScope scope = NewDisposeScope();
        int row = known.Names.ToList().IndexOf(name);
        double cosine = known.Vectors[row].dot(made).to(ScalarType.Float64).item<double>();
        if (!(cosine >= LeastCosine))
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"{edit.Package}: the teacher gives the class '{name}' another vector than the package has (cosine "
                + $"{cosine:0.000}). Was another TRAINER.PROMPTKD.CTX_INIT used than '{edit.Context}'? Give it as "
                + $"‹context›; where CoOp's class name stood elsewhere than at the end, as ‹class-position›."));
        }
    }
}
