"""Compares our decoder with Pillow's, file by file; bench/pillow.sh calls it.

    pillow.py DECODER FOLDER [--upright] [--list]

Every file below FOLDER that either of them reads is decoded by both. Prints a table by kind of file; with --list, a line
for each file that is not equal in both.
"""

import collections
import os
import subprocess
import sys
import tempfile
import warnings

from PIL import Image, ImageChops, ImageOps, ImageStat

KINDS = ("JPEG", "MPO", "PNG", "GIF", "BMP", "WEBP", "TIFF", "HEIF", "AVIF")


def by_pillow(path, upright):
    """Kind and picture, or kind and why not; kind None where it is none of ours."""
    kind = None
    try:
        with Image.open(path) as image:
            kind = image.format
            if kind not in KINDS:
                return None, None
            if upright and kind != "TIFF":
                return kind, ImageOps.exif_transpose(image).convert("RGB")
            return kind, image.convert("RGB")
    except Exception as error:  # whatever Pillow says no with
        return kind, f"{type(error).__name__}: {error}"


def begins_like(path):
    """The kind that the first bytes promise, for files that Pillow cannot open."""
    with open(path, "rb") as file:
        start = file.read(32)
    for kind, signature in (
        ("JPEG", b"\xff\xd8\xff"), ("PNG", b"\x89PNG"), ("GIF", b"GIF8"), ("BMP", b"BM"),
        ("TIFF", b"II*\0"), ("TIFF", b"MM\0*"), ("TIFF", b"II+\0"), ("TIFF", b"MM\0+"),
    ):
        if start.startswith(signature):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    return None


def compare(ours, pillows):
    """'equal', or a description, with the mean and largest difference in levels."""
    if ours.size != pillows.size:
        return f"size {ours.size[0]}x{ours.size[1]}, Pillow {pillows.size[0]}x{pillows.size[1]}", None, None
    difference = ImageChops.difference(ours, pillows)
    largest = max(high for _, high in difference.getextrema())
    if largest == 0:
        return "equal", 0, 0
    return "differs", sum(ImageStat.Stat(difference).mean) / 3, largest


def main():
    warnings.simplefilter("ignore")
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    upright = "--upright" in sys.argv
    paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(arguments[1]) for name in names)
    with tempfile.TemporaryDirectory() as pixels:
        answers = subprocess.run(
            [arguments[0], pixels] + (["--upright"] if upright else []),
            input="\n".join(paths) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
        table = collections.defaultdict(collections.Counter)
        worst = collections.defaultdict(lambda: (0, 0))
        for path, answer in zip(paths, answers, strict=True):
            kind, pillows = by_pillow(path, upright)
            if kind is None:
                kind = begins_like(path)
            if kind is None:
                continue
            ours = answer.split("\t")
            mean = largest = None
            if ours[0] == "refused":
                outcome = "refused by both" if not isinstance(pillows, Image.Image) else "refused by us"
            elif not isinstance(pillows, Image.Image):
                outcome = "refused by Pillow"
            else:
                size = (int(ours[0]), int(ours[1]))
                with open(ours[2], "rb") as file:
                    outcome, mean, largest = compare(Image.frombytes("RGB", size, file.read()), pillows)
            word = outcome if outcome.startswith("refused") or outcome == "equal" else "differs"
            table["JPEG" if kind == "MPO" else kind][word] += 1
            if outcome != "equal" and "--list" in sys.argv:
                detail = ours[1] if ours[0] == "refused" else pillows if isinstance(pillows, str) else \
                    outcome if mean is None else f"mean {mean:.2f}, largest {largest}"
                print(f"{outcome.split()[0]:8} {kind:5} {os.path.relpath(path, arguments[1])}: {outcome}; {detail}")

    columns = ("equal", "differs", "refused by us", "refused by Pillow", "refused by both")
    print("| Kind | Files | " + " | ".join(columns) + " |")
    print("| --- |" + " --- |" * (len(columns) + 1))
    for kind in sorted(table):
        print(f"| {kind} | {sum(table[kind].values())} | " + " | ".join(str(table[kind][c]) for c in columns) + " |")


if __name__ == "__main__":
    main()
