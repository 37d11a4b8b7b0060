"""Writes the pictures of this folder, and expected.json: what Pillow makes of each.

    python3 make.py        needs Pillow; heif-enc (libheif-examples) and avifenc (libavif-bin) for the last two

expected.json has, for each file: width, height and SHA-256 of the pixels (red, green, blue; row by row) of
ImageOps.exif_transpose(open(file)).convert("RGB"), but for TIFF, which Pillow turns when it opens it.
"""

import hashlib
import json
import os
import subprocess

from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
ORIENTATION = 0x0112


def path(name):
    return os.path.join(HERE, name)


def drawing(width, height):
    """No two corners alike, and nothing symmetric."""
    picture = Image.new("RGB", (width, height))
    picture.putdata([
        (255 * x // width, 255 * y // height, 255 if x < width // 3 and y < height // 2 else 40)
        for y in range(height) for x in range(width)])
    return picture


def main():
    names = []
    for number in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = number
        for kind, size, options in (
            ("jpg", (160, 104), {"quality": 90}), ("png", (12, 7), {}), ("webp", (12, 7), {"lossless": True}),
            ("tif", (12, 7), {"compression": "tiff_lzw"}),
        ):
            name = f"turned{number}.{kind}"
            if kind == "tif":
                drawing(*size).save(path(name), tiffinfo={ORIENTATION: number}, **options)
            else:
                drawing(*size).save(path(name), exif=exif, **options)
            names.append(name)

    grey = Image.new("I;16", (4, 1))
    grey.putdata([0, 200, 300, 65535])
    for name in ("grey16.png", "grey16.tif"):
        grey.save(path(name))
        names.append(name)

    colours = drawing(12, 7)
    for name, picture in (
        ("cmyk.tif", colours.convert("CMYK")), ("palette.tif", colours.convert("P")), ("bits.tif", colours.convert("1")),
        ("alpha.tif", colours.convert("RGBA")), ("later.jfif", colours), ("few.jpe", colours),
    ):
        options = {} if name.endswith("tif") else {"format": "JPEG"}
        picture.save(path(name), **options)
        names.append(name)

    expected = {}
    for name in names:
        image = Image.open(path(name))
        image = image if name.endswith("tif") else ImageOps.exif_transpose(image)
        image = image.convert("RGB")
        expected[name] = {
            "width": image.width, "height": image.height, "sha256": hashlib.sha256(image.tobytes()).hexdigest()}
    with open(path("expected.json"), "w", encoding="utf-8") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")

    drawing(64, 48).save(path("source.png"))
    subprocess.run(["heif-enc", "-q", "95", path("source.png"), "-o", path("phone.heic")], check=True)
    subprocess.run(["avifenc", "--irot", "1", path("source.png"), path("turned.avif")], check=True)
    os.remove(path("source.png"))


if __name__ == "__main__":
    main()
