using PromptKD.Data.Pictures;
using PromptKD.Export;
using PromptKD.Text.Names;

namespace PromptKD.Inference.Classes;

/// <summary>The names of a package after an edit, and where the vector of each comes from.</summary>
internal sealed class EditedNames
{
    private readonly List<string> _names;
    private readonly List<int> _rows;
    private readonly List<string> _encoded = [];
    private readonly List<ChangedClass> _changed;
    private readonly List<string> _removed;
    private readonly string _package;

    /// <param name="manifest">The package as it is.</param>
    /// <param name="edit">What to change.</param>
    /// <exception cref="PromptKDException">A name is unknown, doubled or none, or fewer than two would be
    /// left.</exception>
    public EditedNames(StudentManifest manifest, ClassEdit edit)
    {
        ClassChanges before = manifest.ClassChanges ?? ClassChanges.None;
        _package = edit.Package;
        _names = [.. manifest.ClassNames];
        _rows = [.. Enumerable.Range(0, _names.Count)];
        _changed = [.. before.Changed];
        _removed = [.. before.Removed];
        foreach (string name in edit.Remove)
        {
            Remove(name);
        }

        if (edit.Rename is { } rename)
        {
            Rename(rename.Old, rename.New, manifest.ClassNames.Count, isEncoded: edit.Teacher is not null);
        }

        foreach (string name in edit.Add)
        {
            Add(name, manifest.ClassNames.Count);
        }

        if (_encoded.Count > 0 && edit.Teacher is null)
        {
            throw new PromptKDException(
                $"The vector of '{_encoded[0]}' comes from the teacher's text tower. Give ‹teacher›: the CLIP that "
                + "the student learned from.");
        }

        if (_names.Count < ClassNameRules.Fewest)
        {
            throw new PromptKDException(
                $"{edit.Package}: {(_names.Count == 1 ? "one class" : "no class")} would be left, but pictures are "
                + $"told apart by {ClassNameRules.Fewest} or more.");
        }

        ClassNameRules.Check(_names, "The changed classes");
    }

    /// <summary>All names, in label order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The row of each name's vector: of the package's, and behind those of <see cref="Encoded"/>.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>The names whose vectors have to be made.</summary>
    public IReadOnlyList<string> Encoded => _encoded;

    /// <summary>How the names differ from those of the training.</summary>
    public ClassChanges Changes => new(_changed, _removed);

    private void Remove(string given)
    {
        int place = Find(given);
        string name = _names[place];
        ChangedClass? change = _changed.Find(one => one.Name == name);
        if (change is null or { IsTrained: true })
        {
            _removed.Add(change?.Text ?? name);
        }

        _changed.RemoveAll(one => one.Name == name);
        _names.RemoveAt(place);
        _rows.RemoveAt(place);
    }

    private void Rename(string given, string name, int known, bool isEncoded)
    {
        int place = Find(given);
        string old = _names[place];
        ChangedClass before = _changed.Find(one => one.Name == old) ?? new ChangedClass(old, old, IsTrained: true);
        _changed.RemoveAll(one => one.Name == old);
        _names[place] = name;
        if (isEncoded)
        {
            if (before.IsTrained)
            {
                _removed.Add(before.Text);
            }

            _rows[place] = Encode(name, known);
            Learn(name);
        }
        else if (before.Text != name || !before.IsTrained)
        {
            _changed.Add(before with { Name = name });
        }
    }

    private void Add(string name, int known)
    {
        _names.Add(name);
        _rows.Add(Encode(name, known));
        Learn(name);
    }

    private int Encode(string name, int known)
    {
        _encoded.Add(name);
        return known + _encoded.Count - 1;
    }

    // One that was taken out comes back with the vector that it was trained with.
    private void Learn(string name)
    {
        if (!_removed.Remove(name))
        {
            _changed.Add(new ChangedClass(name, name, IsTrained: false));
        }
    }

    private int Find(string given)
    {
        int place = _names.IndexOf(given);
        place = place >= 0 ? place : _names.FindIndex(name => ClassLookup.Key(name) == ClassLookup.Key(given));
        return place >= 0 ? place : throw new PromptKDException(
            $"{_package}: no class '{given}'. The nearest is '{NearestName.To(given, _names.DefaultIfEmpty(""))}'.");
    }
}
