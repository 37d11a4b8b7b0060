"""Says how far two files of tensors (safetensors) are from each other: the largest difference of two floats, in units of the
larger of 1 and the value. Exits 1 if they have other tensors."""
import array
import json
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        head = json.loads(file.read(length))
        data = file.read()
    head.pop("__metadata__", None)
    return {
        name: array.array("f", data[one["data_offsets"][0]:one["data_offsets"][1]])
        for name, one in head.items()
        if one["dtype"] == "F32"
    }


first, second = read(sys.argv[1]), read(sys.argv[2])
if first.keys() != second.keys():
    sys.exit(f"other tensors: {sorted(first.keys() ^ second.keys())}")
print(max(
    (abs(x - y) / max(1.0, abs(x)) for name in first for x, y in zip(first[name], second[name])),
    default=0.0))
