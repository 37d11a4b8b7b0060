#!/usr/bin/env bash
# What a teacher store changes and costs, apart from speed, which bench/speed.sh measures:
#
#   difference  students that learned from a store with a view an epoch, against students that saw the same views with the
#               teacher live: losses, learned values, probabilities (the demo's models, three seeds); and the same for
#               a loss weight that is changed by as much as float16 rounds: what training itself makes of it
#   memory      resident memory and live tensors over 900 batches of filling a store, and 900 steps of training from it
#   loader      steps of a ViT-B/16 student from a warm store, with and without pictures being decoded beside them
#   frozen      what gradients of frozen tokens cost in its first layer
#
#   bench/store.sh [PART...]      default: all, two minutes on two cores
#
# Each part runs in a process of its own. Weights and pictures are random or drawn: bench/results.md has the numbers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- difference memory loader frozen

dotnet build "$here/bench/PromptKD.Speed" -c Release --nologo -v quiet >"$work/build.txt" \
  || { cat "$work/build.txt" >&2; exit 1; }
for part in "$@"; do
  echo "measuring: $part (load $(cut -d' ' -f1 /proc/loadavg))"
  mkdir "$work/$part"
  cp -r "$here/demo" "$work/$part/models"
  "$here"/artifacts/bin/PromptKD.Speed/release_*/PromptKD.Speed "$part" "$work/$part"
done
