using PromptKD.Export;
using PromptKD.Pages;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Inference.Classes;

/// <summary>
/// Changes the classes of a student package without training: they are vectors of a text tower, beside a student that
/// compares pictures with whatever vectors it is given.
/// </summary>
public static class StudentClasses
{
    /// <summary>The classes of a package, in label order, each with what is known of it.</summary>
    /// <param name="folder">The package.</param>
    /// <exception cref="PromptKDException">It is no complete package.</exception>
    public static IReadOnlyList<ChangedClass> List(string folder)
    {
        StudentManifest manifest = StudentPackage.ReadManifest(folder);
        IReadOnlyList<ChangedClass> changed = (manifest.ClassChanges ?? ClassChanges.None).Changed;
        Dictionary<string, ChangedClass> known = changed.ToDictionary(one => one.Name, StringComparer.Ordinal);
        return
        [
            .. manifest.ClassNames.Select(name =>
                known.GetValueOrDefault(name) ?? new ChangedClass(name, name, IsTrained: true)),
        ];
    }

    /// <summary>Adds, renames or removes classes, and writes the package, whole or not at all.</summary>
    /// <param name="edit">What to change.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops while the teacher is fetched; nothing is written then.</param>
    /// <returns>What the new package says of itself.</returns>
    /// <exception cref="PromptKDException">
    /// The package is damaged, a name is unknown, doubled or none, fewer than two classes would be left, the teacher is
    /// another one than the student learned from, or the package cannot be written.
    /// </exception>
    public static StudentManifest Change(
        ClassEdit edit, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        RefuseUnusable(edit);
        using DisposeScope scope = NewDisposeScope();
        StudentManifest manifest = StudentPackage.ReadManifest(edit.Package);
        observer ??= IRunObserver.Nobody;
        PackagePage? page = PackagePage.ReadIfAny(edit.Package, observer.OnWarning);
        string run = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(edit.Package)))!;
        using FolderHold? around = edit.Output is null ? FolderHold.Share(run) : null;
        if (edit.Output is null)
        {
            // What an earlier change could not write any more: it may be the very change that is asked for again.
            TellBeside(page, manifest.ClassChanges ?? ClassChanges.None, observer);
        }

        var names = new EditedNames(manifest, edit);
        using ClassVectors known = StudentPackage.ReadClassVectors(edit.Package, manifest, CPU);
        Tensor vectors = known.Vectors;
        if (names.Encoded.Count > 0)
        {
            using ClassVectors made = TeacherTexts.Encode(
                edit, manifest, known, names.Encoded, observer, cancellationToken);
            vectors = cat([vectors, made.Vectors]);
        }

        Tensor rows = tensor([.. names.Rows.Select(row => (long)row)]);
        Tensor chosen = vectors.index_select(0, rows);
        StudentManifest changed = manifest with
        {
            ClassNames = names.Names,
            ClassChanges = names.Changes.IsEmpty ? null : names.Changes,
        };
        if (edit.Output is { } output)
        {
            WholeFolder.Create(output, folder => Write(folder, page));
        }
        else
        {
            WholeFolder.Replace(edit.Package, folder => Write(folder, page is { IsInside: true } ? page : null));
            TellBeside(page, names.Changes, observer);
        }

        return changed;

        void Write(string folder, PackagePage? beside)
        {
            changed = StudentPackage.WriteWithClasses(edit.Package, folder, changed, chosen);
            beside?.Write(Path.Combine(folder, RunPageWriter.FileName), names.Changes.Sentences());
        }
    }

    private static void RefuseUnusable(ClassEdit edit)
    {
        WholeFolder.Recover(edit.Package);
        if (StudentPackage.FindFault(edit.Package) is { } fault)
        {
            throw new PromptKDException($"{edit.Package}: not a whole student package: {fault.TrimEnd('.')}.");
        }

        if (edit.Teacher is null && (edit.TeacherPrompts ?? edit.Vocabulary ?? edit.ClassPosition) is { } unused)
        {
            throw new PromptKDException($"'{unused}' is a part of a teacher, and there is none. Give ‹teacher›, too.");
        }
    }

    // The package is changed without it, and stays so.
    private static void TellBeside(PackagePage? page, ClassChanges changes, IRunObserver observer)
    {
        if (page is not { IsInside: false })
        {
            return;
        }

        try
        {
            page.Write(page.Path, changes.Sentences());
        }
        catch (PromptKDException fault)
        {
            observer.OnWarning($"{fault.InWords} The package has its new classes; this page says nothing of them "
                + "until the same command is given again.");
        }
    }
}
