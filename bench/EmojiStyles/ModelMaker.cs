using System.Diagnostics;
using System.Globalization;
using PretrainDemo;
using PromptKD.Demo.Vocabulary;
using PromptKD.Runtime;
using PromptKD.Text;

namespace EmojiStyles;

/// <summary>Pre-trains the CLIPs, unless they are there.</summary>
/// <param name="packages">The pictures.</param>
/// <param name="concepts">All concepts.</param>
internal sealed class ModelMaker(Packages packages, IReadOnlyList<Concept> concepts)
{
    private const string DigestFile = "recipe.sha256";

    /// <summary>Trains a model on all concepts that no split tests, into <c>models/NAME</c>.</summary>
    public void Make(ModelRecipe recipe, Split split)
    {
        string folder = Path.Combine(packages.Folder, "models", recipe.Plan.Name);
        string digest = recipe.Digest(split) + "\n";
        string mark = Path.Combine(folder, DigestFile);
        if (File.Exists(mark) && File.ReadAllText(mark) == digest)
        {
            Console.WriteLine($"{folder}: there already");
            return;
        }

        var clock = Stopwatch.StartNew();
        Directory.CreateDirectory(folder);
        File.Delete(mark);
        var captions = new StyleCaptions(concepts, recipe.NamesClasses);
        string vocabulary = Path.Combine(folder, "merges.txt");
        WholeFile.WriteText(
            vocabulary, BytePairLearner.ToMergesFile(BytePairLearner.Learn(captions.Corpus, ModelRecipe.Merges)));
        var tokenizer = ClipTokenizer.Load(vocabulary);
        var feed = new StyleFeed(PicturesOf(recipe, split), captions, tokenizer, recipe);
        using ContrastiveModel model = Pretraining.Run(
            recipe.Plan, tokenizer.VocabularySize, feed, Console.WriteLine);
        OpenClipExport.Write(folder, model);
        WholeFile.WriteText(mark, digest);
        long parameters = model.Parameters.Sum(one => one.Value.numel());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{folder}: {parameters:n0} parameters in {clock.Elapsed.TotalMinutes:0.0} minutes"));
    }

    private List<(Concept Concept, Picture Picture)> PicturesOf(ModelRecipe recipe, Split split)
    {
        var pictures = new List<(Concept Concept, Picture Picture)>();
        foreach (string style in recipe.Styles)
        {
            IReadOnlyDictionary<string, string> files = Style.Named(style).Find(packages);
            pictures.AddRange(concepts
                .Where(concept => !split.Test.Contains(concept.Code) && files.ContainsKey(concept.Code))
                .Select(concept => (concept, Picture.Read(files[concept.Code]))));
        }

        Console.WriteLine($"{recipe.Plan.Name}: {pictures.Count} pictures of {recipe.Styles.Count} styles");
        return pictures;
    }
}
