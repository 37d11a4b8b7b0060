using PromptKD.Configuration;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// A store that several teachers share: the folder is the first one's store, and <c>teacher-2</c>, <c>teacher-3</c> …
/// in it are the others', of the same pictures and views.
/// </summary>
internal static class SeveralStores
{
    /// <summary>The store of one of the teachers.</summary>
    /// <param name="folder">The store of all.</param>
    /// <param name="teacher">Which, from 1.</param>
    public static string FolderOf(string folder, int teacher) =>
        teacher == 1 ? folder : Path.Combine(folder, $"teacher-{teacher}");

    /// <summary>How many teachers' stores were begun in a folder.</summary>
    public static int CountIn(string folder) =>
        Enumerable.Range(1, int.MaxValue - 1)
            .TakeWhile(teacher => TeacherStore.IsBegun(FolderOf(folder, teacher))).Count();

    /// <summary>Opens those of all teachers, the first one's first.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    public static IReadOnlyList<TeacherStore> Open(string folder) =>
    [
        TeacherStore.Open(folder),
        .. Enumerable.Range(2, Math.Max(0, CountIn(folder) - 1))
            .Select(teacher => TeacherStore.Open(FolderOf(folder, teacher))),
    ];

    /// <summary>Refuses to join stores that were made from something else, or by fewer or more teachers.</summary>
    /// <exception cref="PromptKDException">They were; the message names them.</exception>
    public static void RefuseOthers(IReadOnlyList<IReadOnlyList<TeacherStore>> parts)
    {
        IReadOnlyList<TeacherStore> first = parts[0];
        foreach (IReadOnlyList<TeacherStore> other in parts.Skip(1))
        {
            foreach ((TeacherStore mine, TeacherStore theirs) in first.Zip(other))
            {
                mine.Index.RefuseOther(mine.Folder, theirs.Index);
            }

            if (other.Count != first.Count)
            {
                throw new PromptKDException(
                    $"The teacher store {first[0].Folder} is that of {Counted.Of(first.Count, "teacher")}, and "
                    + $"{other[0].Folder} of {other.Count}. Join stores of the same teachers.");
            }
        }
    }

    /// <summary>
    /// The settings, with the store of each teacher where DISTILL.STORE names one that they share: of those that are
    /// named, or of all that it has where none is.
    /// </summary>
    public static DistillConfig Resolve(DistillConfig distill)
    {
        if (distill.Store.Length == 0 || distill.FurtherStores.Count > 0)
        {
            return distill;
        }

        int named =
            distill.FurtherTeachers.Count + (distill.Teacher.Length > 0 || distill.FurtherTeachers.Count > 0 ? 1 : 0);
        int there = CountIn(distill.Store);
        int teachers = named == 0 ? there : named;
        bool areShared = there >= teachers || (distill.WhileFilling && named > 0);
        return teachers < 2 || !areShared ? distill : distill with
        {
            FurtherStores = [.. Enumerable.Range(2, teachers - 1).Select(teacher => FolderOf(distill.Store, teacher))],
        };
    }
}
