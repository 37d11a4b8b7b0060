"""Writes a student package as PyTorch exports such a model: torch_graph.py PACKAGE OUTPUT.onnx

The model is written as one would in PyTorch, without a thought of ONNX, and given to torch.onnx.export at the newest operator
set that it knows. For bench/onnx.sh; needs python3-torch and python3-numpy (Debian 12: torch 1.13).
"""

import json
import sys
import warnings

import numpy
import torch
from torch import nn
from torch.nn import functional

package, output = sys.argv[1:]
manifest = json.load(open(f"{package}/model.json"))
sizes = manifest["architecture"]


def tensors(path):
    """Reads a file of safetensors: a length, JSON, numbers."""
    data = open(path, "rb").read()
    start = 8 + int.from_bytes(data[:8], "little")
    types = {"F32": numpy.float32, "F16": numpy.float16, "I64": numpy.int64}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            values = numpy.frombuffer(data[start + first:start + end], types[entry["dtype"]])
            yield name, torch.from_numpy(values.reshape(entry["shape"]).copy()).float()


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads)
        self.mlp = nn.Module()
        self.mlp.c_fc, self.mlp.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):  # [tokens, batch, width]
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        y = self.mlp.c_fc(self.ln_2(x))
        return x + self.mlp.c_proj(y * torch.sigmoid(1.702 * y))


class Student(nn.Module):
    def __init__(self, weights, vectors):
        super().__init__()
        width, layers = sizes["visionWidth"], sizes["visionLayers"]
        tower = {name.removeprefix("image_encoder."): value for name, value in weights.items() if name.startswith("image_encoder.")}
        self.patch = sizes["patchSize"]
        self.kernel = nn.Parameter(tower["conv1.weight"])
        self.token = nn.Parameter(tower["class_embedding"])
        self.positions = nn.Parameter(tower["positional_embedding"])
        self.proj = nn.Parameter(tower["proj"])
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.blocks = nn.ModuleList([Block(width, sizes["visionHeads"]) for _ in range(layers)])
        self.prompts = nn.ParameterList([nn.Parameter(value) for name, value in prompts_of(tower)])
        for name in ("ln_pre", "ln_post"):
            getattr(self, name).load_state_dict({part: tower[f"{name}.{part}"] for part in ("weight", "bias")})
        for index, block in enumerate(self.blocks):
            start = f"transformer.resblocks.{index}."
            block.load_state_dict({
                name.removeprefix(start): value for name, value in tower.items()
                if name.startswith(start) and "VPT" not in name})
        inside = {name.removeprefix("VPT_image_trans.conv1."): value for name, value in weights.items()
                  if name.startswith("VPT_image_trans.")}
        inside = {name: value.flatten(1) if value.dim() == 4 else value for name, value in inside.items()}
        first, last = inside["0.weight"].shape, inside["3.weight"].shape
        self.projector = nn.Sequential(
            nn.Linear(first[1], first[0]), nn.BatchNorm1d(first[0]), nn.ReLU(), nn.Linear(last[1], last[0]))
        self.projector.load_state_dict(inside)
        self.vectors = nn.Parameter(vectors)

    def forward(self, images):
        x = functional.conv2d(images, self.kernel, stride=self.patch).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], 1, -1), x], dim=1) + self.positions
        x = self.ln_pre(torch.cat([x, self.prompts[0].expand(x.shape[0], -1, -1)], dim=1)).transpose(0, 1)
        for layer, block in enumerate(self.blocks):
            if 0 < layer < len(self.prompts):
                learned = self.prompts[layer]
                x = torch.cat([x[:-learned.shape[0]], learned.unsqueeze(1).expand(-1, x.shape[1], -1)], dim=0)
            x = block(x)
        features = functional.normalize(self.projector(self.ln_post(x[0]) @ self.proj), dim=-1)
        logits = manifest["logitScale"] * features @ self.vectors.t()
        return logits, logits.softmax(-1), features


def prompts_of(tower):
    first = [("VPT", tower["VPT"])] if "VPT" in tower else []
    deep = [(name, value) for name, value in tower.items() if "VPT_" in name]
    return first + sorted(deep, key=lambda one: int(one[0].split(".")[2]))


warnings.simplefilter("ignore")
weights = dict(tensors(f"{package}/student.safetensors"))
vectors = dict(tensors(f"{package}/class_vectors.safetensors"))["class_vectors"]
student = Student(weights, vectors).eval()
size = sizes["imageSize"]
with torch.no_grad():
    torch.onnx.export(
        student, torch.randn(2, 3, size, size), output, opset_version=17, input_names=["images"],
        output_names=["logits", "probabilities", "features"],
        dynamic_axes={name: {0: "batch"} for name in ("images", "logits", "probabilities", "features")})
