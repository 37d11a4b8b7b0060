using Onnx;
using PromptKD.Data.Decoding;
using PromptKD.Methods;
using PromptKD.Models.Prompts;

namespace PromptKD.Export.Onnx;

/// <summary>
/// A student as one graph, from pixels to probabilities: normalisation, tower with its learned tokens, projector, class
/// vectors, logit scale and temperature.
/// </summary>
/// <param name="distilled">The student; stays the caller's.</param>
/// <param name="manifest">What its package says.</param>
internal sealed class StudentGraph(DistilledStudent distilled, StudentManifest manifest)
{
    /// <summary>Below this a length is taken for this, as torch does where it normalises.</summary>
    private const float LeastLength = 1e-12f;

    private readonly OnnxGraph _graph = new();
    private readonly Dictionary<string, Tensor> _tensors = distilled.Student.FullState.ToDictionary();

    /// <summary>Builds the graph. What is behind the tower is computed in float32 whatever the precision.</summary>
    /// <param name="description">What the model says of itself.</param>
    /// <param name="product">How the tower's linear layers multiply; null as floats.</param>
    public ModelProto Build(OnnxDescription description, IMatrixProduct? product = null)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        string images = Images(description.Input);
        _graph.IsHalf = description.Precision == OnnxPrecision.Fp16;
        string embedded = Tower(new OnnxLayers(_graph, product), Cast("images/half", images, OnnxGraph.Half));
        embedded = Cast("image_features/float", embedded, OnnxGraph.Float);
        _graph.IsHalf = false;
        string projected = Project(new OnnxLayers(_graph), embedded);
        Classify(Normalise(projected));
        return _graph.ToModel(KeyValuePair.Create(OnnxDescription.Key, description.ToLine()));
    }

    /// <summary>Describes the graph of a package.</summary>
    public static OnnxDescription Describe(StudentManifest manifest, OnnxInput input, OnnxPrecision precision) => new()
    {
        Input = input,
        Precision = precision,
        Student = manifest.Architecture.Name,
        ClassNames = manifest.ClassNames,
        Templates = manifest.Templates,
        Preprocessing = manifest.Preprocessing,
        LogitScale = manifest.LogitScale,
        Temperature = manifest.Calibration?.Temperature ?? 1,
        NoneOfThese = manifest.NoneOfThese,
        FeatureWidth = manifest.TeacherEmbedding,
        Inputs = manifest.Inputs,
        Package = manifest.Files,
    };

    // → [batch, 3, size, size], normalised, each step rounded as in training.
    private string Images(OnnxInput input)
    {
        Preprocessing preprocessing = manifest.Preprocessing;
        long size = preprocessing.Size;
        if (input.IsNormalised)
        {
            return _graph.Input(input.Name, TensorProto.Types.DataType.Float, 3, size, size);
        }

        string pixels = _graph.Input(input.Name, TensorProto.Types.DataType.Uint8, size, size, 3);
        string planes = _graph.Add("Transpose", "pixels/planes", [pixels], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        string levels = _graph.Add(
            "Cast", "pixels/levels", [planes], OnnxAttribute.Int("to", OnnxGraph.Float));
        string shares = _graph.Add("Div", "pixels/shares", [levels, _graph.Number("pixels/most", 255)]);
        string centred = _graph.Add("Sub", "pixels/centred", [shares, Colours("pixels/mean", preprocessing.Mean)]);
        return _graph.Add("Div", "images", [centred, Colours("pixels/std", preprocessing.Std)]);
    }

    // Where the tower is computed in half precision, its ends are not.
    private string Cast(string name, string x, long type) =>
        _graph.IsHalf ? _graph.Add("Cast", name, [x], OnnxAttribute.Int("to", type)) : x;

    private string Colours(string name, Rgb colours)
    {
        using Tensor values = tensor(new[] { colours.Red, colours.Green, colours.Blue }).view(3, 1, 1);
        return _graph.Weight(name, values);
    }

    private string Tower(OnnxLayers layers, string images)
    {
        var state = new TowerState(_tensors, Student.EncoderPrefix);
        return TowerGraphs.Of(layers, state, manifest.Architecture, Prompts(state)).Add(images);
    }

    private IReadOnlyList<Tensor> Prompts(TowerState state)
    {
        StudentShape shape = distilled.Student.Shape;
        int depth = shape.PromptLength == 0 ? 0 : Math.Min(shape.PromptDepth, manifest.Architecture.VisionLayers);
        return
        [
            .. Enumerable.Range(0, depth)
                .Select(layer => state[LearnedPrompts.NameOf(layer)])
                .Select(tokens => shape.RoundPromptsToHalf ? tokens.to(ScalarType.Float16) : tokens),
        ];
    }

    private string Project(OnnxLayers layers, string features)
    {
        var state = new TowerState(_tensors, Student.ProjectorPrefix);
        for (int layer = 0; layer < distilled.Student.Shape.ProjectorLayers; layer++)
        {
            if (layer > 0)
            {
                string norm = Projector.NameOfNorm(layer);
                features = _graph.Add("Relu", $"{norm}/Relu", [layers.BatchNorm(norm, features, state)]);
            }

            string name = Projector.NameOfLinear(layer);
            features = layers.Linear(name, features, state[$"{name}.weight"], state[$"{name}.bias"]);
        }

        return features;
    }

    // [batch, embedding] → of length 1.
    private string Normalise(string features)
    {
        // Later sets of operators, which a tower may have brought, take the axes as an input.
        const int AxesAreInput = 18;
        string length = _graph.OperatorSet >= AxesAreInput
            ? _graph.Add(
                "ReduceL2", "features/length", [features, _graph.Integers("features/axes", -1)],
                OnnxAttribute.Int("keepdims", 1))
            : _graph.Add(
                "ReduceL2", "features/length", [features], OnnxAttribute.Ints("axes", -1),
                OnnxAttribute.Int("keepdims", 1));
        string safe = _graph.Add("Max", "features/safe", [length, _graph.Number("features/least", LeastLength)]);
        string normalised = _graph.Add("Div", OnnxDescription.Features, [features, safe]);
        _graph.Output(normalised, manifest.TeacherEmbedding);
        return normalised;
    }

    private void Classify(string features)
    {
        string vectors = _graph.Weight("class_vectors", distilled.ClassVectors.Vectors.t());
        string cosines = _graph.Add("MatMul", "cosines", [features, vectors]);
        string logits = _graph.Add(
            "Mul", OnnxDescription.Logits, [cosines, _graph.Number("logit_scale", (float)distilled.LogitScale)]);
        string tempered = _graph.Add(
            "Div", "tempered", [logits, _graph.Number("temperature", (float)(manifest.Calibration?.Temperature ?? 1))]);
        string probabilities = _graph.Add(
            "Softmax", OnnxDescription.Probabilities, [tempered], OnnxAttribute.Int("axis", -1));
        _graph.Output(logits, manifest.ClassNames.Count);
        _graph.Output(probabilities, manifest.ClassNames.Count);
    }
}
