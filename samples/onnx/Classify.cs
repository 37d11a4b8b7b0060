// Classifies a picture with a student's ONNX file, in C#, with nothing of PromptKD's:
//   dotnet run Classify.cs -- student.onnx picture.png
// Needs student.json beside the graph, as promptkd export wrote it. OnnxStudentClassifier of PromptKD.Onnx does all of
// this.
#:package Microsoft.ML.OnnxRuntime
#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
#:property PublishAot=false
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

string graph = args[0], picture = args[1];
string text = File.ReadAllText(Path.ChangeExtension(graph, ".json"));
JsonElement model = JsonDocument.Parse(text).RootElement.GetProperty("model");
JsonElement preparation = model.GetProperty("preprocessing");
int size = preparation.GetProperty("size").GetInt32();
int side = preparation.TryGetProperty("resizeSize", out JsonElement before) ? before.GetInt32() : size;
bool isLinear = preparation.GetProperty("interpolation").GetString() == "bilinear";
bool cutsDown = preparation.TryGetProperty("cutsDown", out _);

using SKBitmap bitmap = SKBitmap.Decode(picture);
byte[] rgb = [.. bitmap.Pixels.SelectMany(one => new[] { one.Red, one.Green, one.Blue })];
int shorter = Math.Min(bitmap.Width, bitmap.Height);
int wide = side * bitmap.Width / shorter, high = side * bitmap.Height / shorter;
byte[] resized = Resize(Resize(rgb, bitmap.Height, bitmap.Width, wide), wide, bitmap.Height, high);
int left = Middle(wide - size), top = Middle(high - size);
byte[] pixels =
[
    .. Enumerable.Range(0, size).SelectMany(row => resized.Skip((((top + row) * wide) + left) * 3).Take(size * 3)),
];

using var session = new InferenceSession(graph);
using var fed = OrtValue.CreateTensorValueFromMemory(pixels, [1, size, size, 3]);
using var options = new RunOptions();
using IDisposableReadOnlyCollection<OrtValue> answers = session.Run(options, ["pixels"], [fed], ["probabilities"]);
float[] probabilities = answers[0].GetTensorDataAsSpan<float>().ToArray();
string[] names = [.. model.GetProperty("classNames").EnumerateArray().Select(name => name.GetString()!)];
foreach ((string name, float probability) in names.Zip(probabilities).OrderByDescending(one => one.Second).Take(3))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{probability:F4} {name}"));
}

// Where the middle lies at half a pixel: the even one of both, as in torchvision; with cutsDown the lower one.
int Middle(int spare) => cutsDown ? spare / 2 : (int)Math.Round(spare / 2.0, MidpointRounding.ToEven);

// Pillow's filters: where a picture shrinks, they reach as far as it shrinks.
double Weight(double x) => isLinear ? Math.Max(0, 1 - Math.Abs(x)) : Math.Abs(x) switch
{
    < 1 and var near => ((((1.5 * near) - 2.5) * near) * near) + 1,
    < 2 and var far => ((((-0.5 * far) + 2.5) * far - 4) * far) + 2,
    _ => 0,
};

// One axis of [rows, length, 3] bytes, turned on the way: twice is both axes, and upright again.
byte[] Resize(byte[] source, int rows, int length, int target)
{
    double scale = (double)length / target, stretch = Math.Max(scale, 1), reach = (isLinear ? 1 : 2) * stretch;
    byte[] result = new byte[target * rows * 3];
    for (int place = 0; place < target; place++)
    {
        double centre = (place + 0.5) * scale;
        int from = Math.Max(0, (int)(centre - reach + 0.5)), to = Math.Min(length, (int)(centre + reach + 0.5));
        double[] weights = [.. Enumerable.Range(from, to - from).Select(
            step => Weight((step - centre + 0.5) / stretch))];
        double total = weights.Sum();
        for (int value = 0; value < rows * 3; value++)
        {
            int start = (((value / 3 * length) + from) * 3) + (value % 3);
            double sum = weights.Select((weight, step) => weight * source[start + (step * 3)]).Sum();
            result[(place * rows * 3) + value] = (byte)Math.Clamp(Math.Floor((sum / total) + 0.5), 0, 255);
        }
    }

    return result;
}
