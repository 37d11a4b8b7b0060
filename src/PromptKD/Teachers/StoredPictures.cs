using PromptKD.Configuration;
using PromptKD.Data.Pictures;
using PromptKD.Features.Store;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>Which pictures a store was made from, by name: its index has no more than their digest.</summary>
internal static class StoredPictures
{
    /// <summary>What to do of a run's own store, which is made anew where that is accepted.</summary>
    public const string NewStore =
        "have it made anew of the pictures as they are now with ‹accept-changes›, or use another ‹output›";

    private const string AnotherStore = "make another store";

    /// <summary>Refuses a store without class vectors where no CLIP is given that could make them.</summary>
    /// <param name="paths">DISTILL.TEACHER and .STORE.</param>
    /// <exception cref="PromptKDException">DISTILL.TEACHER is empty.</exception>
    public static void RequireTeacher(DistillConfig paths)
    {
        if (paths.Teacher.Length == 0)
        {
            throw new PromptKDException(
                $"The teacher store {paths.Store} has no class vectors for these names and templates. Give ‹teacher›: "
                + "the CLIP that the store was made with; or ‹class-vectors›: a file of them.");
        }
    }

    /// <summary>Refuses to learn at another size of pictures than a store was made at.</summary>
    /// <param name="store">The store.</param>
    /// <param name="size">Side of the pictures, pixels; 0 where none is asked for.</param>
    /// <exception cref="PromptKDException">It was made at another.</exception>
    public static void RefuseOtherSize(TeacherStore store, int size)
    {
        int made = store.Index.Preprocessing.Size;
        if (size != 0 && size != made)
        {
            throw new PromptKDException(
                $"The teacher store {store.Folder} was made of pictures of {made} pixels, and ‹teacher-picture-size› "
                + $"is {size}. Leave it out, or make another store.");
        }
    }

    /// <summary>As <see cref="OpenOrBegin"/>, in the folder of a run.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="index">What it is made from.</param>
    /// <param name="pictures">The pictures of the index.</param>
    /// <param name="takesOthers">Whether a store of pictures that changed is removed first.</param>
    /// <param name="observer">Is told of that.</param>
    /// <exception cref="PromptKDException">As of that.</exception>
    public static TeacherStore Begin(
        string folder, StoreIndex index, PictureSet pictures, bool takesOthers, IRunObserver observer)
    {
        if (takesOthers)
        {
            RemoveIfOfOthers(folder, pictures, observer);
        }

        return OpenOrBegin(folder, index, pictures, observer, NewStore);
    }

    /// <summary>Opens a store of these very pictures, or begins one.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="index">What it is made from.</param>
    /// <param name="pictures">The pictures of the index.</param>
    /// <param name="observer">Is told where its list of pictures was damaged.</param>
    /// <param name="otherwise">What else can be done than to put back pictures that changed.</param>
    /// <exception cref="PromptKDException">
    /// The folder holds a store of something else; the message says of what.
    /// </exception>
    public static TeacherStore OpenOrBegin(
        string folder,
        StoreIndex index,
        PictureSet pictures,
        IRunObserver observer,
        string otherwise = AnotherStore)
    {
        if (TeacherStore.IsBegun(folder))
        {
            var begun = TeacherStore.Open(folder);
            RefuseOthers(begun, pictures, otherwise);
            index = begun.Index.Like(index, pictures);
        }

        var store = TeacherStore.OpenOrBegin(folder, index);
        if (PictureList.FindFault(folder, index.Pictures) is { } fault)
        {
            observer.OnWarning($"{fault}. It is written anew.");
        }

        if (PictureList.ReadIfAny(folder, index.Pictures) is null)
        {
            pictures.List?.Keep(folder);
        }

        return store;
    }

    /// <summary>Says that the list of a store, which is learned from, cannot name what changes.</summary>
    /// <param name="store">The store.</param>
    /// <param name="observer">Is told; nothing where there is no list, or a whole one.</param>
    public static void WarnOfDamagedList(TeacherStore store, IRunObserver observer)
    {
        if (PictureList.FindFault(store.Folder, store.Index.Pictures) is { } fault)
        {
            observer.OnWarning(
                $"{fault}. Nothing is learned from it, but pictures that change cannot be named. features with the "
                + "same settings writes it anew.");
        }
    }

    /// <summary>Refuses a store of other pictures, and names what changed, where the store knows its own.</summary>
    /// <param name="store">The store.</param>
    /// <param name="pictures">The pictures as they are now.</param>
    /// <param name="otherwise">As for <see cref="OpenOrBegin"/>.</param>
    /// <exception cref="PromptKDException">It is of other pictures.</exception>
    public static void RefuseOthers(TeacherStore store, PictureSet pictures, string otherwise = AnotherStore)
    {
        if (Changes(store, pictures) is { } changes)
        {
            throw new PromptKDException(
                $"The teacher store {store.Folder} was made from other pictures: {changes}. Put them back, or "
                + $"{otherwise}.");
        }
    }

    /// <summary>Removes the store of a run whose pictures changed: its rows are those of others.</summary>
    /// <param name="folder">The store, in the folder of the run.</param>
    /// <param name="pictures">The pictures as they are now.</param>
    /// <param name="observer">Is told.</param>
    /// <exception cref="PromptKDException">The folder is not writable.</exception>
    public static void RemoveIfOfOthers(string folder, PictureSet pictures, IRunObserver observer)
    {
        if (TeacherStore.IsBegun(folder)
            && TeacherStore.Open(folder) is var store
            && store.Index.Pictures != store.Index.DigestOf(pictures))
        {
            string changes = Changes(store, pictures) is { } known ? $" ({known})" : "";
            observer.OnPhase($"The pictures changed{changes}: {folder} is made anew");
            TeacherStore.Remove(folder);
        }
    }

    // Null where they are the same, and where nothing says which there were.
    private static string? Changes(TeacherStore store, PictureSet pictures) =>
        store.Index.Pictures != store.Index.DigestOf(pictures)
        && pictures.List is { } now
        && PictureList.ReadIfAny(store.Folder, store.Index.Pictures) is { } before
            ? PictureChanges.Between(before, now).Describe()
            : null;
}
