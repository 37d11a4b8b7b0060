"""Classifies a picture with a student's ONNX file, in Python: python3 classify.py student.onnx picture.png

Needs student.json beside the graph, as promptkd export wrote it, and: pip install onnxruntime pillow numpy
"""

import json
import pathlib
import sys

import numpy
import onnxruntime
from PIL import Image, ImageOps

graph, picture = sys.argv[1:]
model = json.loads(pathlib.Path(graph).with_suffix(".json").read_text())["model"]
preparation = model["preprocessing"]
size = preparation["size"]
side = preparation.get("resizeSize", size)

image = Image.open(picture)
if preparation.get("upright"):
    image = ImageOps.exif_transpose(image)
image = image.convert("RGB")
shorter = min(image.size)
wide, high = (side * length // shorter for length in image.size)
image = image.resize((wide, high), getattr(Image.Resampling, preparation["interpolation"].upper()))
# Where the middle lies at half a pixel: the even one of both, as in torchvision; with cutsDown the lower one.
middle = (lambda spare: spare // 2) if preparation.get("cutsDown") else (lambda spare: round(spare / 2))
left, top = middle(wide - size), middle(high - size)
pixels = numpy.asarray(image.crop((left, top, left + size, top + size)))[None]

session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
probabilities = session.run(["probabilities"], {"pixels": pixels})[0][0]
for label in numpy.argsort(-probabilities)[:3]:
    print(f"{probabilities[label]:.4f} {model['classNames'][label]}")
