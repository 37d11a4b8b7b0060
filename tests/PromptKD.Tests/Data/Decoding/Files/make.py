"""Writes the pictures of this folder, and expected.json: what Pillow makes of each.

    python3 make.py        needs Pillow; heif-enc (libheif-examples) and avifenc (libavif-bin) for the last two

expected.json has, for each file: width, height and SHA-256 of the pixels (red, green, blue; row by row) of
ImageOps.exif_transpose(open(file)).convert("RGB"), but for TIFF, which Pillow turns when it opens it.
"""

import hashlib
import json
import io
import os
import struct
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


def tiled(name, side, photometric):
    """A TIFF file of JPEG tiles, each a whole JPEG file of its own; colours at half the size where they are YCbCr."""
    across = 2
    picture = drawing(across * side, side)
    blocks = []
    for column in range(across):
        tile = picture.crop((column * side, 0, (column + 1) * side, side))
        block = io.BytesIO()
        tile.save(block, "JPEG", quality=90, subsampling=2 if photometric == 6 else 0)
        blocks.append(block.getvalue())
    entries = [
        (256, 3, 1, across * side), (257, 3, 1, side), (258, 3, 3, None), (259, 3, 1, 7), (262, 3, 1, photometric),
        (277, 3, 1, 3), (284, 3, 1, 1), (322, 3, 1, side), (323, 3, 1, side), (324, 4, across, None),
        (325, 4, across, None),
    ]
    if photometric == 6:
        entries.append((530, 3, 2, 2 | 2 << 16))
    start = 8 + 2 + 12 * len(entries) + 4
    places = {258: start, 324: start + 8, 325: start + 8 + 4 * across}
    first = start + 8 + 8 * across
    offsets = [first + sum(len(block) for block in blocks[:column]) for column in range(across)]
    with open(path(name), "wb") as file:
        file.write(b"II*\0" + struct.pack("<IH", 8, len(entries)))
        for tag, kind, count, value in entries:
            file.write(struct.pack("<HHII", tag, kind, count, places.get(tag, value)))
        file.write(struct.pack("<I4H", 0, 8, 8, 8, 0))
        file.write(struct.pack(f"<{2 * across}I", *offsets, *map(len, blocks)))
        file.write(b"".join(blocks))


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

    drawing(48, 40).save(path("jpeg-strips.tif"), compression="jpeg", tiffinfo={278: 16})
    drawing(48, 40).convert("L").save(path("jpeg-grey.tif"), compression="jpeg")
    drawing(12, 7).save(path("webp.tif"), compression="webp")
    tiled("jpeg-tiles.tif", 16, photometric=6)
    names += ["jpeg-strips.tif", "jpeg-grey.tif", "webp.tif", "jpeg-tiles.tif"]

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
