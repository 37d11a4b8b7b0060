using PromptKD.Text.Names;

namespace PromptKD.Data.Datasets;

/// <summary>The fifteen data sets of CoOp and its successors: one row each.</summary>
public static class DatasetCatalog
{
    /// <summary>Where CoOp's split files and class names can be had.</summary>
    public static Uri SplitFiles { get; } = new("https://github.com/KaiyangZhou/CoOp/blob/main/DATASETS.md");

    /// <summary>All of them: the paper's eleven in the order of its tables, then the variants of ImageNet.</summary>
    public static IReadOnlyList<DatasetEntry> All { get; } =
    [
        new(new SynsetFolders("train", "val"))
        {
            Name = "ImageNet",
            Config = "imagenet",
            Folder = "imagenet",
            Images = "images",
            Classes = 1000,
            Counts = new DatasetCounts(1_281_167, 25_000, 25_000),
            Home = new Uri("https://www.image-net.org/challenges/LSVRC/2012/"),
        },
        new(new SplitFileReader("split_zhou_Caltech101.json", new ClassFolderLists
        {
            Ignored = ["BACKGROUND_Google", "Faces_easy"],
            Renamed = new Dictionary<string, string>
            {
                ["airplanes"] = "airplane",
                ["Faces"] = "face",
                ["Leopards"] = "leopard",
                ["Motorbikes"] = "motorbike",
            },
        }))
        {
            Name = "Caltech101",
            Config = "caltech101",
            Folder = "caltech-101",
            Images = "101_ObjectCategories",
            Classes = 100,
            Counts = new DatasetCounts(4_128, 1_549, 916),
            Home = new Uri("https://data.caltech.edu/records/mzrjq-6wc02"),
        },
        new(new SplitFileReader("split_zhou_OxfordPets.json", new PetLists()))
        {
            Name = "OxfordPets",
            Config = "oxford_pets",
            Folder = "oxford_pets",
            Images = "images",
            Template = "a photo of a {}, a type of pet.",
            Classes = 37,
            Counts = new DatasetCounts(2_944, 1_881, 1_788),
            Home = new Uri("https://www.robots.ox.ac.uk/~vgg/data/pets/"),
        },
        new(new SplitFileReader("split_zhou_StanfordCars.json", new CarLists()))
        {
            Name = "StanfordCars",
            Config = "stanford_cars",
            Folder = "stanford_cars",
            Images = "",
            Classes = 196,
            Counts = new DatasetCounts(6_509, 4_002, 4_039),
            Home = new Uri("https://ai.stanford.edu/~jkrause/cars/car_dataset.html"),
        },
        new(new SplitFileReader("split_zhou_OxfordFlowers.json", new FlowerLists()))
        {
            Name = "OxfordFlowers",
            Config = "oxford_flowers",
            Folder = "oxford_flowers",
            Images = "jpg",
            Template = "a photo of a {}, a type of flower.",
            Classes = 102,
            Counts = new DatasetCounts(4_093, 1_053, 1_410),
            Home = new Uri("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/"),
        },
        new(new SplitFileReader("split_zhou_Food101.json", new ClassFolderLists()))
        {
            Name = "Food101",
            Config = "food101",
            Folder = "food-101",
            Images = "images",
            Template = "a photo of {}, a type of food.",
            Classes = 101,
            Counts = new DatasetCounts(50_500, 15_300, 15_000),
            Home = new Uri("https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/"),
        },
        new(new VariantLists())
        {
            Name = "FGVCAircraft",
            Config = "fgvc_aircraft",
            Folder = "fgvc_aircraft",
            Images = "images",
            Template = "a photo of a {}, a type of aircraft.",
            Classes = 100,
            Counts = new DatasetCounts(3_334, 1_666, 1_667),
            Home = new Uri("https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/"),
        },
        new(new SplitFileReader("split_zhou_SUN397.json", new SceneLists()))
        {
            Name = "SUN397",
            Config = "sun397",
            Folder = "sun397",
            Images = "SUN397",
            Classes = 397,
            Counts = new DatasetCounts(15_880, 9_950, 9_900),
            Home = new Uri("https://vision.princeton.edu/projects/2010/SUN/"),
        },
        new(new SplitFileReader("split_zhou_DescribableTextures.json", new ClassFolderLists()))
        {
            Name = "DescribableTextures",
            Config = "dtd",
            Folder = "dtd",
            Images = "images",
            Template = "{} texture.",
            Classes = 47,
            Counts = new DatasetCounts(2_820, 864, 828),
            Home = new Uri("https://www.robots.ox.ac.uk/~vgg/data/dtd/"),
        },
        new(new SplitFileReader("split_zhou_EuroSAT.json", new ClassFolderLists
        {
            Renamed = new Dictionary<string, string>
            {
                ["AnnualCrop"] = "Annual Crop Land",
                ["HerbaceousVegetation"] = "Herbaceous Vegetation Land",
                ["Highway"] = "Highway or Road",
                ["Industrial"] = "Industrial Buildings",
                ["Pasture"] = "Pasture Land",
                ["PermanentCrop"] = "Permanent Crop Land",
                ["Residential"] = "Residential Buildings",
                ["SeaLake"] = "Sea or Lake",
            },
        }))
        {
            Name = "EuroSAT",
            Config = "eurosat",
            Folder = "eurosat",
            Images = "2750",
            Template = "a centered satellite photo of {}.",
            Classes = 10,
            Counts = new DatasetCounts(13_500, 4_200, 3_900),
            Home = new Uri("https://github.com/phelber/EuroSAT"),
        },
        new(new SplitFileReader("split_zhou_UCF101.json", new ActionLists()))
        {
            Name = "UCF101",
            Config = "ucf101",
            Folder = "ucf101",
            Images = "UCF-101-midframes",
            Template = "a photo of a person doing {}.",
            Classes = 101,
            Counts = new DatasetCounts(7_639, 1_934, 1_849),
            Home = new Uri("https://www.crcv.ucf.edu/data/UCF101.php"),
        },
        new(new NumberedFolders())
        {
            Name = "ImageNetV2",
            Config = "imagenetv2",
            Folder = "imagenetv2",
            Images = "imagenetv2-matched-frequency-format-val",
            Classes = 1000,
            TestPictures = 10_000,
            Home = new Uri("https://github.com/modestyachts/ImageNetV2"),
        },
        new(new SynsetFolders("", ""))
        {
            Name = "ImageNetSketch",
            Config = "imagenet_sketch",
            Folder = "imagenet-sketch",
            Images = "images",
            Classes = 1000,
            TestPictures = 50_889,
            Home = new Uri("https://github.com/HaohanWang/ImageNet-Sketch"),
        },
        new(new SynsetFolders("", ""))
        {
            Name = "ImageNetA",
            Config = "imagenet_a",
            Folder = "imagenet-adversarial",
            Images = "imagenet-a",
            Classes = 200,
            TestPictures = 7_500,
            Home = new Uri("https://github.com/hendrycks/natural-adv-examples"),
        },
        new(new SynsetFolders("", ""))
        {
            Name = "ImageNetR",
            Config = "imagenet_r",
            Folder = "imagenet-rendition",
            Images = "imagenet-r",
            Classes = 200,
            TestPictures = 30_000,
            Home = new Uri("https://github.com/hendrycks/imagenet-r"),
        },
    ];

    /// <summary>The data set of a name.</summary>
    /// <param name="name">
    /// DATASET.NAME, or the name of its file in <c>configs/datasets</c>; case does not count.
    /// </param>
    /// <exception cref="PromptKDException">There is none; the nearest name is in the message.</exception>
    public static DatasetEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(entry => Is(entry.Name, name) || Is(entry.Config, name))
            ?? throw new PromptKDException(
                $"No data set '{name}'. Did you mean {NearestName.To(name, All.Select(entry => entry.Name))}? "
                + "‹promptkd datasets list› names all.");
    }

    private static bool Is(string known, string name) => known.Equals(name, StringComparison.OrdinalIgnoreCase);
}
