using PromptKD.Models.Weights;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>What the shapes of a vision transformer under timm's names say.</summary>
internal static class TokenShapes
{
    /// <summary>Tokens in front of the patches that have places of their own in the table of positions.</summary>
    /// <exception cref="PromptKDException">The table fits no square grid.</exception>
    public static long PlacedPrefix(TensorShapes shapes)
    {
        long rows = shapes.Of("pos_embed", 3)[1];
        long tokens = (shapes.Has("cls_token") ? 1 : 0) + (shapes.Has("dist_token") ? 1 : 0);
        for (long prefix = tokens; prefix >= 0; prefix--)
        {
            if (rows > prefix && IsSquare(rows - prefix))
            {
                return prefix;
            }
        }

        throw new PromptKDException(
            $"{shapes.Source}: 'pos_embed' is {ShapeText.Of(shapes.Of("pos_embed", 3))}, which is no square grid of "
            + $"patches with up to {tokens} tokens before it.");
    }

    /// <summary>Patches along a side of the table of positions.</summary>
    /// <exception cref="PromptKDException">As <see cref="PlacedPrefix"/>.</exception>
    public static int Side(TensorShapes shapes) =>
        (int)Math.Round(Math.Sqrt(shapes.Of("pos_embed", 3)[1] - PlacedPrefix(shapes)));

    private static bool IsSquare(long number)
    {
        long root = (long)Math.Round(Math.Sqrt(number));
        return root * root == number;
    }
}
