"""Says how far two files of tensors (safetensors) are from each other: the largest difference of two floats, in units of the
larger of 1 and the value. Of an optimiser's state, which no model keeps, in units of the larger of 1 and the largest value of
its tensor: its entries are sums of gradients of that size, of which small ones have cancelled each other. Exits 1 if they have
other tensors."""
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


def apart(name):
    unit = max(1.0, max(map(abs, first[name]), default=0.0)) if name.startswith("optimizer/") else 1.0
    return max((abs(x - y) / max(unit, abs(x)) for x, y in zip(first[name], second[name])), default=0.0)


print(max(map(apart, first), default=0.0))
