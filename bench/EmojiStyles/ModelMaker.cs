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

    // What a recipe was chosen by: white behind every picture, so that numbers differ a little from those of the runs.
    private static readonly string[] s_watched = ["noto", "fluent-3d", "twemoji", "fluent-flat"];

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
        var captions = new StyleCaptions(concepts, recipe.ClassShare);
        string vocabulary = Path.Combine(folder, "merges.txt");
        WholeFile.WriteText(
            vocabulary, BytePairLearner.ToMergesFile(BytePairLearner.Learn(captions.Corpus, ModelRecipe.Merges)));
        var tokenizer = ClipTokenizer.Load(vocabulary);
        List<(Concept Concept, Picture Picture)> pictures = PicturesOf(
            recipe.Styles, concepts.Select(concept => concept.Code).Except(split.Test));
        Console.WriteLine(
            $"{recipe.Plan.Name}: {pictures.Count} pictures of {recipe.Styles.Count} styles, recipe {digest.TrimEnd()}");
        var feed = new StyleFeed(pictures, captions, tokenizer, recipe);
        using ContrastiveModel model = Pretraining.Run(
            recipe.Plan, tokenizer.VocabularySize, feed, Console.WriteLine);
        foreach (string style in s_watched)
        {
            string scores = ZeroShot.Measure(model, tokenizer, PicturesOf([style], split.Test), SplitsOf(concepts));
            Console.WriteLine($"{recipe.Plan.Name}: zero-shot on {style} {scores}");
        }

        OpenClipExport.Write(folder, model);
        WholeFile.WriteText(mark, digest);
        long parameters = model.Parameters.Sum(one => one.Value.numel());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder}: {parameters:n0} parameters in {clock.Elapsed.TotalMinutes:0.0} minutes"));
    }

    private static Split[] SplitsOf(IReadOnlyList<Concept> concepts) =>
        [.. Enumerable.Range(0, 5).Select(seed => Split.Make(concepts, seed))];

    private List<(Concept Concept, Picture Picture)> PicturesOf(
        IReadOnlyList<string> styles, IEnumerable<string> codes)
    {
        HashSet<string> wanted = [.. codes];
        return
        [
            .. from style in styles
               let files = Style.Named(style).Find(packages)
               from concept in concepts
               where wanted.Contains(concept.Code) && files.ContainsKey(concept.Code)
               select (concept, Picture.Read(files[concept.Code])),
        ];
    }
}
