#!/usr/bin/env bash
# Distils at true size: a ViT-L/14 teacher into a ViT-B/16 student, one epoch over random pictures, with random weights.
# Prints images a second and the peak of the process's memory, and fails where that is above the limit.
#
#   bench/full-size.sh [PICTURES]      default 16; further settings of the run after it, as `TRAINER.PROMPTKD.PREC fp32`
#
# CLIP's vocabulary is found as `promptkd distill` finds it: PROMPTKD_CLIP_VOCAB, the cache folder, or fetched once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
limit_gib=6
pictures=${1:-16}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

random_clip() { dotnet run -c Release --no-launch-profile --project "$here/tools/RandomClip" -- "$@"; }
random_clip weights --architecture ViT-L/14 --output "$work/ViT-L-14.pt" --seed 1
random_clip weights --architecture ViT-B/16 --output "$work/ViT-B-16.pt" --seed 2
random_clip pictures --count "$pictures" --output "$work/pictures"
"$here/promptkd" --version >/dev/null # builds what is stale, outside of the measurement

"$here/promptkd" distill --recipe paper --images "$work/pictures" --teacher "$work/ViT-L-14.pt" --student "$work/ViT-B-16.pt" \
  --classes "cat,dog,airplane,sunflower" --epochs 1 --output "$work/run" TRAIN.PRINT_FREQ 1 "${@:2}" &
process=$!
peak_kib=0
while kill -0 "$process" 2>/dev/null; do
  # The kernel keeps the high-water mark itself; it is gone when the process is.
  seen=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2>/dev/null || true)
  peak_kib=${seen:-$peak_kib}
  sleep 0.2
done
wait "$process"

grep -E 'images/s' "$work/run/log.txt"
rate=$(sed -nE 's/.* ([0-9.]+) images\/s.*/\1/p' "$work/run/log.txt" | tail -1)
peak=$(awk -v kib="$peak_kib" 'BEGIN { printf "%.2f", kib / 1048576 }')
echo "$rate images/s (teacher forward, student forward and backward), peak $peak GiB"
awk -v peak="$peak" -v limit="$limit_gib" 'BEGIN { exit !(peak < limit) }' \
  || { echo "The peak is above $limit_gib GiB." >&2; exit 1; }
