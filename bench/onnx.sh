#!/usr/bin/env bash
# A ViT-B/16 student of true size with random weights in libtorch and in ONNX Runtime, batches of 1 and 8, each program with
# all cores, taking turns in one process: torch in float32 and bfloat16, ONNX in float32 and in 8 bits, and the bare ONNX
# Runtime on a graph that PyTorch exported from the same weights. Then what a classifier adds to decoding and graph, eight
# threads on one classifier against one thread with batches of 8, and whether the demo's student is worth a second thread.
#
#   bench/onnx.sh [--threads] [--quick]
#
# With --threads only the eight threads, in 8 bits and in float32.
# About five minutes on two cores, with --quick three. PyTorch's graph needs a python3 that has torch: Debian's python3-torch;
# without, its row is left out. Compare within one run only; a ratio is the median of those of each round.
set -euo pipefail
only_threads=
if [ "${1:-}" = --threads ]; then
  only_threads=yes
  shift
fi
source "$(dirname "${BASH_SOURCE[0]}")/speed-program.sh"
speed onnx-write "$work"
if [ -n "$only_threads" ]; then
  echo "measuring (load $(cut -d' ' -f1 /proc/loadavg))"
  speed onnx-threads "$work" "$@"
  exit
fi
exported=
for python in python3 /usr/bin/python3; do
  if [ -z "$exported" ] && "$python" -c 'import numpy, torch' 2>/dev/null; then
    "$python" "$here/bench/torch_graph.py" "$work/student" "$work/torch.onnx" && exported=yes
  fi
done
[ -n "$exported" ] || echo "no python3 here has torch: PyTorch's graph is left out"
echo "measuring (load $(cut -d' ' -f1 /proc/loadavg))"
speed onnx-measure "$work" "$@"
