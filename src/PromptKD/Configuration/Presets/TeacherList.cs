namespace PromptKD.Configuration.Presets;

/// <summary>The teachers that a configuration names.</summary>
internal static class TeacherList
{
    /// <summary>DISTILL.TEACHER_WEIGHTING that weighs each picture anew.</summary>
    public const string Confidence = "confidence";

    private const string VectorsKey = "DISTILL.FURTHER_CLASS_VECTORS";

    private const string SizesKey = "DISTILL.FURTHER_TEACHER_PICTURE_SIZES";

    private const string PromptsKey = "DISTILL.FURTHER_TEACHER_PROMPTS";

    /// <summary>One configuration a teacher, the first one first; each names a single teacher.</summary>
    /// <remarks>Where one teacher is stored, the others make no stores: all have to see its views.</remarks>
    /// <exception cref="PromptKDException">A list has another length, or a teacher neither CLIP nor store.</exception>
    public static IReadOnlyList<DistillConfig> Of(DistillConfig distill)
    {
        int further = Math.Max(distill.FurtherTeachers.Count, distill.FurtherStores.Count);
        DistillConfig[] teachers =
        [
            distill,
            .. Enumerable.Range(0, further).Select(index => distill with
            {
                Teacher = Entry(distill.FurtherTeachers, index, further, "DISTILL.FURTHER_TEACHERS") ?? "",
                TeacherPrompts = Entry(distill.FurtherTeacherPrompts, index, further, PromptsKey) ?? "",
                TeacherPictureSize = Entry(distill.FurtherTeacherPictureSizes, index, further, SizesKey),
                Store = Entry(distill.FurtherStores, index, further, "DISTILL.FURTHER_STORES") ?? "",
                ClassVectors = Entry(distill.FurtherClassVectors, index, further, VectorsKey) ?? "",
            }),
        ];
        RefuseRest(distill.FurtherTeacherPrompts, further, PromptsKey);
        RefuseRest(distill.FurtherClassVectors, further, VectorsKey);
        RefuseRest(distill.FurtherTeacherPictureSizes, further, SizesKey);
        int missing = Array.FindIndex(teachers, 1, one => one.Teacher.Length == 0 && one.Store.Length == 0);
        if (missing > 0)
        {
            throw new PromptKDException(
                $"Teacher {missing + 1} is neither a CLIP nor a store. Give it ‹teacher› or ‹store›.");
        }

        bool isAnyStored = teachers.Any(one => one.Store.Length > 0);
        return [.. teachers.Select(one => one.Store.Length == 0 && isAnyStored ? one with { Views = 0 } : one)];
    }

    /// <summary>Refuses weights that cannot combine so many teachers.</summary>
    /// <exception cref="PromptKDException">There are more or fewer weights, or their sum is not positive.</exception>
    public static void CheckWeights(DistillConfig distill, int teachers)
    {
        ValueList<double> weights = distill.TeacherWeights;
        if (weights.Count == 0)
        {
            return;
        }

        if (distill.TeacherWeighting == Confidence)
        {
            throw new PromptKDException(
                $"DISTILL.TEACHER_WEIGHTS is {weights}, and TEACHER_WEIGHTING is {Confidence}. Choose one.");
        }

        if (weights.Count != teachers)
        {
            throw new PromptKDException(
                $"DISTILL.TEACHER_WEIGHTS is {weights}: {weights.Count} for {teachers} teachers. Give one for each.");
        }

        if (weights.Sum() <= 0 || !double.IsFinite(weights.Sum()))
        {
            throw new PromptKDException(
                $"DISTILL.TEACHER_WEIGHTS is {weights}. Give finite numbers of which at least one is above 0.");
        }
    }

    /// <summary>Refuses to ask teachers for what their stored features alone can say.</summary>
    /// <exception cref="PromptKDException">One of them is live; or the balance is above 1.</exception>
    public static void CheckTarget(DistillConfig distill)
    {
        TargetConfig target = distill.Target;
        if (target.Balance > 1)
        {
            throw new PromptKDException($"DISTILL.TARGET.BALANCE is {ConfigValue.Show(target.Balance)}; give 0 to 1.");
        }

        if (target.Calibrate && target.Temperature != 1)
        {
            throw new PromptKDException(
                $"DISTILL.TARGET.CALIBRATE finds the temperature, and DISTILL.TARGET.TEMPERATURE is "
                + $"{ConfigValue.Show(target.Temperature)}. Choose one: DISTILL.TARGET.CALIBRATE False, or no "
                + "temperature.");
        }

        string? key = target.AllViews ? "ALL_VIEWS"
            : target.Calibrate ? "CALIBRATE"
            : target.Balance > 0 ? "BALANCE"
            : null;
        if (key is not null && !AreStored(distill))
        {
            // The one of them that a recipe sets.
            string orElse = target.Calibrate ? "; or DISTILL.TARGET.CALIBRATE False" : "";
            throw new PromptKDException(
                $"DISTILL.TARGET.{key} asks for stored features, and a teacher's are not stored. Give ‹views›, or a "
                + $"‹store› for each teacher{orElse}.");
        }
    }

    /// <summary>Whether the features of all teachers are stored, or will be.</summary>
    public static bool AreStored(DistillConfig distill) =>
        Of(distill).All(one => one.Views > 0 || one.Store.Length > 0);

    private static T? Entry<T>(ValueList<T> list, int index, int count, string key)
        where T : notnull
    {
        RefuseRest(list, count, key);
        return list.Count == 0 ? default : list[index];
    }

    private static void RefuseRest<T>(ValueList<T> list, int count, string key)
        where T : notnull
    {
        if (list.Count != 0 && list.Count != count)
        {
            throw new PromptKDException(
                $"{key} has {list.Count} entries for {count} further teachers. Give one for each, "
                + $"{(typeof(T) == typeof(string) ? "''" : "0")} for none, or an empty list.");
        }
    }
}
