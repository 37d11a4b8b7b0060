namespace PromptKD.Evaluation;

/// <summary>
/// What can be said of answers that nobody has labelled: how they spread, and how two models' compare.
/// </summary>
internal static class AnswerStatistics
{
    /// <summary>Class probabilities.</summary>
    /// <param name="logits">[classes].</param>
    /// <param name="temperature">Divides the logits.</param>
    public static double[] Softmax(ReadOnlySpan<float> logits, double temperature = 1)
    {
        double[] probabilities = new double[logits.Length];
        double largest = logits[Best(logits)], sum = 0;
        for (int place = 0; place < logits.Length; place++)
        {
            probabilities[place] = Math.Exp((logits[place] - largest) / temperature);
            sum += probabilities[place];
        }

        for (int place = 0; place < logits.Length; place++)
        {
            probabilities[place] /= sum;
        }

        return probabilities;
    }

    /// <summary>The best class: the first of equals, as torch's argmax on a processor.</summary>
    public static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int place = 1; place < scores.Length; place++)
        {
            best = scores[place] > scores[best] ? place : best;
        }

        return best;
    }

    /// <summary>The best classes with their probabilities, the best first.</summary>
    /// <param name="logits">[classes].</param>
    /// <param name="count">How many at most.</param>
    /// <param name="temperature">Divides the logits.</param>
    public static IReadOnlyList<RankedClass> Top(float[] logits, int count, double temperature = 1)
    {
        double[] probabilities = Softmax(logits, temperature);
        return
        [
            .. Enumerable.Range(0, logits.Length)
                .OrderByDescending(place => logits[place])
                .Take(count)
                .Select(place => new RankedClass(place, probabilities[place])),
        ];
    }

    /// <summary>
    /// As <see cref="Top"/>, and behind those the class that another model names, where it is not among them: what this
    /// one thinks of the other's answer is known then, however little it is.
    /// </summary>
    /// <param name="logits">[classes].</param>
    /// <param name="count">How many at most, beside that.</param>
    /// <param name="other">The other model's class.</param>
    public static IReadOnlyList<RankedClass> TopWith(float[] logits, int count, int other)
    {
        IReadOnlyList<RankedClass> top = Top(logits, count);
        return top.Any(ranked => ranked.Class == other)
            ? top
            : [.. top, new RankedClass(other, Softmax(logits)[other])];
    }

    /// <summary>What a teacher makes of pictures.</summary>
    /// <param name="teacher">Logits, [classes] each; at least one.</param>
    public static HeldOutTeacher OfTeacher(PictureScores teacher)
    {
        int classes = teacher[teacher.Items.First()].Length;
        double[] mean = new double[classes];
        double entropy = 0, confidence = 0;
        foreach (int item in teacher.Items)
        {
            double[] probabilities = Softmax(teacher[item]);
            entropy += Entropy(probabilities);
            confidence += probabilities.Max();
            for (int place = 0; place < classes; place++)
            {
                mean[place] += probabilities[place] / teacher.Items.Count;
            }
        }

        int[] counts = Count(teacher);
        int majority = Array.IndexOf(counts, counts.Max());
        int pictures = teacher.Items.Count;
        return new HeldOutTeacher(
            pictures,
            majority,
            (double)counts[majority] / pictures,
            counts.Count(count => count > 0),
            Used(counts),
            confidence / pictures,
            Math.Max(0, Entropy(mean) - (entropy / pictures)));
    }

    /// <summary>Compares a model with the teacher, on the pictures that both saw.</summary>
    /// <param name="teacher">Logits, [classes] each.</param>
    /// <param name="model">Logits of the same classes; at least one of a picture that the teacher saw.</param>
    /// <param name="features">The model's normalised features, [embedding] each; null where only answers are
    /// known.</param>
    public static HeldOutResult Compare(PictureScores teacher, PictureScores model, PictureScores? features = null)
    {
        int[] items = [.. model.Items.Where(teacher.Items.Contains)];
        int[] counts = Count(model);
        double divergence = items.Sum(item => Divergence(Softmax(teacher[item]), model[item]));
        return new HeldOutResult
        {
            Pictures = items.Length,
            Agreement = (double)items.Count(item => Best(teacher[item]) == Best(model[item])) / items.Length,
            Divergence = divergence / items.Length,
            MajorityShare = (double)counts.Max() / model.Items.Count,
            ClassesNamed = counts.Count(count => count > 0),
            ClassesUsed = Used(counts),
            FeatureSpread = features is null ? null : Spread(features),
        };
    }

    /// <summary>How often each class is a model's best.</summary>
    /// <param name="scores">Logits, [classes] each; at least one.</param>
    public static int[] Count(PictureScores scores)
    {
        int[] counts = new int[scores[scores.Items.First()].Length];
        foreach (int item in scores.Items)
        {
            counts[Best(scores[item])]++;
        }

        return counts;
    }

    private static double Used(int[] counts)
    {
        double sum = counts.Sum();
        return Math.Exp(Entropy([.. counts.Select(count => count / sum)]));
    }

    private static double Entropy(double[] probabilities) =>
        -probabilities.Where(probability => probability > 0).Sum(probability => probability * Math.Log(probability));

    private static double Divergence(double[] teacher, float[] logits)
    {
        double largest = logits.Max();
        double sum = Math.Log(logits.Sum(logit => Math.Exp(logit - largest))) + largest;
        double divergence = 0;
        for (int place = 0; place < teacher.Length; place++)
        {
            divergence += teacher[place] > 0 ? teacher[place] * (Math.Log(teacher[place]) - logits[place] + sum) : 0;
        }

        return divergence;
    }

    private static double Spread(PictureScores features)
    {
        double[] mean = new double[features[features.Items.First()].Length];
        foreach (int item in features.Items)
        {
            float[] row = features[item];
            for (int place = 0; place < mean.Length; place++)
            {
                mean[place] += (double)row[place] / features.Items.Count;
            }
        }

        return Math.Max(0, 1 - mean.Sum(value => value * value));
    }
}
