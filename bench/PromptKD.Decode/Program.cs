using PromptKD.Data.Decoding;
using PromptKD.Decoders;

// Decodes every file named on standard input, one a line, and writes a line for each: width, height and the file of
// its pixels (red, green, blue; row by row), or why it was refused. The argument is the folder for those files;
// "--upright" behind it turns the pictures as their EXIF orientation says. bench/pillow.sh compares them with Pillow's.
ExtraDecoders.Register();
string folder = args[0];
var rules = new DecodingRules { Upright = args.Contains("--upright") };
int number = 0;
while (Console.ReadLine() is { } path)
{
    Console.WriteLine(Decode(path, Path.Combine(folder, $"{number++}.rgb")));
}

string Decode(string path, string target)
{
    try
    {
        using PictureDecoder decoder = PictureDecoder.Open(File.ReadAllBytes(path), rules);
        using PixelBuffer pixels = decoder.Decode();
        byte[] rgb = new byte[pixels.Width * pixels.Height * 3];
        for (int pixel = 0; pixel < pixels.Width * pixels.Height; pixel++)
        {
            pixels.Bytes.Slice(pixel * PixelBuffer.PixelBytes, 3).CopyTo(rgb.AsSpan(pixel * 3));
        }

        File.WriteAllBytes(target, rgb);
        return $"{pixels.Width}\t{pixels.Height}\t{target}";
    }
    catch (InvalidDataException error)
    {
        return $"refused\t{error.Message}";
    }
}
