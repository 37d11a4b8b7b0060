using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>How one data set lies on disk.</summary>
internal sealed record FakeLayout(string Name, string Folder, string Images, string[] Keys)
{
    /// <summary>Names of the classes, where they are not their keys.</summary>
    public string[] ClassNames { get; init; } = Keys;

    /// <summary>The path of a picture by the class's key and label, the picture's number and its part.</summary>
    public required Func<string, int, int, string, string> PathOf { get; init; }

    /// <summary>The data set's own lists.</summary>
    public Func<IReadOnlyList<FakePicture>, IEnumerable<(string Path, byte[] Content)>> Lists { get; init; } = _ => [];

    public string? SplitFile { get; init; }

    public bool IsTestOnly { get; init; }
}

/// <summary>The layouts of all data sets.</summary>
internal static class FakeLayouts
{
    private static readonly string[] s_synsets = ["n01440764", "n01443537", "n01484850", "n01491361"];
    private static readonly string[] s_synsetNames = ["tench", "goldfish", "great white shark", "tiger shark"];

    public static IReadOnlyList<FakeLayout> All { get; } =
    [
        new("ImageNet", "imagenet", "images", s_synsets)
        {
            ClassNames = s_synsetNames,
            PathOf = (key, _, number, part) => $"{(part == "test" ? "val" : "train")}/{key}/{key}_{number}.JPEG",
            Lists = _ => [SynsetNames()],
        },
        new("Caltech101", "caltech-101", "101_ObjectCategories", ["Faces", "Leopards", "Motorbikes", "accordion"])
        {
            ClassNames = ["face", "leopard", "motorbike", "accordion"],
            PathOf = (key, _, number, _) => $"{key}/image_{number.Padded(4)}.jpg",
            SplitFile = "split_zhou_Caltech101.json",
            Lists = _ => [("101_ObjectCategories/BACKGROUND_Google/tmp", [])],
        },
        new("OxfordPets", "oxford_pets", "images", ["Abyssinian", "american_bulldog", "Bengal", "yorkshire_terrier"])
        {
            ClassNames = ["abyssinian", "american_bulldog", "bengal", "yorkshire_terrier"],
            PathOf = (key, _, number, _) => $"{key}_{number}.jpg",
            SplitFile = "split_zhou_OxfordPets.json",
            Lists = pictures =>
            [
                ("annotations/trainval.txt", Lines(NotTest(pictures), PetLine)),
                ("annotations/test.txt", Lines(OfPart(pictures, "test"), PetLine)),
            ],
        },
        new("StanfordCars", "stanford_cars", "",
            ["AM General Hummer SUV 2000", "Audi TT Hatchback 2012", "Volvo 240 Sedan 1993", "smart fortwo Convertible 2012"])
        {
            ClassNames =
            [
                "2000 AM General Hummer SUV", "2012 Audi TT Hatchback", "1993 Volvo 240 Sedan",
                "2012 smart fortwo Convertible",
            ],
            PathOf = (_, _, number, part) => $"cars_{(part == "test" ? "test" : "train")}/{number.Padded(5)}.jpg",
            SplitFile = "split_zhou_StanfordCars.json",
            Lists = pictures =>
            [
                ("devkit/cars_meta.mat", FakeMatFile.CarNames(
                    ["AM General Hummer SUV 2000", "Audi TT Hatchback 2012", "Volvo 240 Sedan 1993",
                        "smart fortwo Convertible 2012"])),
                ("devkit/cars_train_annos.mat", FakeMatFile.CarAnnotations(NotTest(pictures))),
                ("cars_test_annos_withlabels.mat", FakeMatFile.CarAnnotations(OfPart(pictures, "test"))),
            ],
        },
        new("OxfordFlowers", "oxford_flowers", "jpg",
            ["pink primrose", "hard-leaved pocket orchid", "colt's foot", "king protea"])
        {
            PathOf = (_, _, number, _) => $"image_{number.Padded(5)}.jpg",
            SplitFile = "split_zhou_OxfordFlowers.json",
            Lists = pictures =>
            [
                ("imagelabels.mat", FakeMatFile.Row(
                    "labels", [.. pictures.Select(picture => (byte)(picture.Label + 1))])),
                ("cat_to_name.json", JsonSerializer.SerializeToUtf8Bytes(pictures.DistinctBy(picture => picture.Label)
                    .ToDictionary(picture => Number(picture.Label + 1), picture => picture.ClassName))),
            ],
        },
        new("Food101", "food-101", "images", ["apple_pie", "baby_back_ribs", "hot_dog", "pho"])
        {
            PathOf = (key, _, number, _) => $"{key}/{1_000_000 + number}.jpg",
            SplitFile = "split_zhou_Food101.json",
        },
        new("FGVCAircraft", "fgvc_aircraft", "images", ["737-200", "A310", "F-16A/B", "Model B200"])
        {
            PathOf = (_, _, number, _) => $"{(100_000 + number).Padded(7)}.jpg",
            Lists = pictures =>
            [
                ("variants.txt", Text("737-200\nA310\nF-16A/B\nModel B200\n")),
                .. new[] { "train", "val", "test" }.Select(part =>
                    ($"images_variant_{part}.txt", Lines(OfPart(pictures, part), picture =>
                        $"{Path.GetFileNameWithoutExtension(picture.Path)} {picture.ClassName}"))),
            ],
        },
        new("SUN397", "sun397", "SUN397", ["/a/abbey", "/a/apse/indoor", "/t/tent/outdoor", "/y/youth_hostel"])
        {
            ClassNames = ["abbey", "indoor apse", "outdoor tent", "youth_hostel"],
            PathOf = (key, _, number, _) => $"{key[1..]}/sun_{number.Padded(4)}.jpg",
            SplitFile = "split_zhou_SUN397.json",
            Lists = pictures =>
            [
                ("ClassName.txt", Text("/a/abbey\n/a/apse/indoor\n/t/tent/outdoor\n/y/youth_hostel\n")),
                ("Training_01.txt", Lines(NotTest(pictures), picture => $"/{picture.Path}")),
                ("Testing_01.txt", Lines(OfPart(pictures, "test"), picture => $"/{picture.Path}")),
            ],
        },
        new("DescribableTextures", "dtd", "images", ["banded", "polka-dotted", "woven", "zigzagged"])
        {
            PathOf = (key, _, number, _) => $"{key}/{key}_{number.Padded(4)}.jpg",
            SplitFile = "split_zhou_DescribableTextures.json",
        },
        new("EuroSAT", "eurosat", "2750", ["AnnualCrop", "Forest", "Highway", "SeaLake"])
        {
            ClassNames = ["Annual Crop Land", "Forest", "Highway or Road", "Sea or Lake"],
            PathOf = (key, _, number, _) => $"{key}/{key}_{number}.jpg",
            SplitFile = "split_zhou_EuroSAT.json",
        },
        new("UCF101", "ucf101", "UCF-101-midframes", ["ApplyEyeMakeup", "Archery", "TaiChi", "YoYo"])
        {
            ClassNames = ["Apply_Eye_Makeup", "Archery", "Tai_Chi", "Yo_Yo"],
            PathOf = (key, label, number, _) => $"{UcfFolders[label]}/v_{key}_g01_c{number.Padded(2)}.jpg",
            SplitFile = "split_zhou_UCF101.json",
            Lists = pictures =>
            [
                ("ucfTrainTestlist/classInd.txt", Text("1 ApplyEyeMakeup\n2 Archery\n3 TaiChi\n4 YoYo\n")),
                ("ucfTrainTestlist/trainlist01.txt",
                    Lines(NotTest(pictures), picture => $"{UcfVideo(picture)} {picture.Label + 1}")),
                ("ucfTrainTestlist/testlist01.txt", Lines(OfPart(pictures, "test"), UcfVideo)),
            ],
        },
        new("ImageNetV2", "imagenetv2", "imagenetv2-matched-frequency-format-val", ["0", "1", "2", "3"])
        {
            ClassNames = s_synsetNames,
            IsTestOnly = true,
            PathOf = (key, _, number, _) => $"{key}/{number}.jpeg",
            Lists = _ => [SynsetNames()],
        },
        Variant("ImageNetSketch", "imagenet-sketch", "images", "sketch_{0}.JPEG"),
        Variant("ImageNetA", "imagenet-adversarial", "imagenet-a", "0.00{0}_x.jpg"),
        Variant("ImageNetR", "imagenet-rendition", "imagenet-r", "art_{0}.jpg"),
    ];

    private static string[] UcfFolders => ["Apply_Eye_Makeup", "Archery", "Tai_Chi", "Yo_Yo"];

    private static FakeLayout Variant(string name, string folder, string images, string file) =>
        new(name, folder, images, s_synsets)
        {
            ClassNames = s_synsetNames,
            IsTestOnly = true,
            PathOf = (key, _, number, _) => $"{key}/{string.Format(CultureInfo.InvariantCulture, file, number)}",
            Lists = _ => [SynsetNames(), ($"{images}/README.txt", Text("No class.\n"))],
        };

    private static (string, byte[]) SynsetNames() => (
        "classnames.txt",
        Text(string.Concat(s_synsets.Zip(s_synsetNames, (synset, name) => $"{synset} {name}\n"))));

    private static string PetLine(FakePicture picture) =>
        $"{Path.GetFileNameWithoutExtension(picture.Path)} {picture.Label + 1} 1 1";

    private static string UcfVideo(FakePicture picture)
    {
        string video = Path.ChangeExtension(Path.GetFileName(picture.Path), ".avi");
        return $"{video.Split('_')[1]}/{video}";
    }

    private static IEnumerable<FakePicture> OfPart(IReadOnlyList<FakePicture> pictures, string part) =>
        pictures.Where(picture => picture.Part == part);

    private static IEnumerable<FakePicture> NotTest(IReadOnlyList<FakePicture> pictures) =>
        pictures.Where(picture => picture.Part != "test");

    private static byte[] Lines(IEnumerable<FakePicture> pictures, Func<FakePicture, string> line) =>
        Text(string.Concat(pictures.Select(picture => line(picture) + "\n")));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
