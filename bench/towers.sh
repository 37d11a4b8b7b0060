#!/usr/bin/env bash
# Towers of other families at full size, with random weights: a teacher of ViT-SO400M's size (428 million parameters, 224 pixels) in
# libtorch, float32 and bfloat16, and in ONNX Runtime, float32 and 8 bits; then MobileNetV4-small as a student beside ViT-B/16,
# answering one picture, and in the forward and backward of a training step. Contenders take turns in one process.
#
#   bench/towers.sh [--quick]
#
# About eight minutes on two cores, with --quick two; 8 GiB of memory and 3 GB of disk. Compare within one run only; a ratio is the
# median of those of each round.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/speed-program.sh"
echo "measuring (load $(cut -d' ' -f1 /proc/loadavg))"
speed towers-student "$work" "$@"
speed towers-teacher "$work" "$@"
