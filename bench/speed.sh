#!/usr/bin/env bash
# Images a second and peak memory of PromptKD at true size (ViT-L/14 teacher, ViT-B/16 student, batches of 8), with
# random weights, for 10, 100 and 1000 classes:
#
#   reference   the reference's arithmetic: float32, the texts of all classes at every step at their full 77 tokens, all
#               tokens of every last layer, the teacher looking at every picture
#   live        the library as it is by default: the teacher looks at every picture, class vectors are given
#   cold store  the first epoch with a teacher store: features of each view are made and written, then read by the step
#   warm store  every later epoch, seed and student: the step reads the teacher's features
#
# and the share that a student step reaches of what a matrix product alone reaches in the same process.
#
#   bench/speed.sh [--quick]
#   bench/speed.sh --teacher [--quick]
#
# With --teacher: seconds a step of training such a teacher with PromptSRC (ViT-L/14, batches of 4), for 100 classes against
# the reference's arithmetic (float32, 77 tokens of every class; 10 GiB for both together), and the peak for 1000 classes in
# 8 GiB, and in so little that they are encoded in chunks. The reference's arithmetic does not fit there: its graph of the texts alone
# takes some 26 GiB.
#
# With --quick (5 minutes on two cores) the reference is timed in parts: the texts of 50 classes, and a step without
# texts; its steps of 10, 100 and 1000 classes are sums of those. Without, whole steps are timed.
# That takes several times as long, and 9 GiB of memory.
#
# The parts run one after the other, each in its own process, as a process's peak never falls. Towers are filled in
# place: reading a checkpoint is not part of any peak here, see bench/full-size.sh. Compare within one run only; the
# last lines are `name value`; ratios are those of images a second.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
parts=(reference live store warm report)
case "$*" in
  "" | --quick) ;;
  --teacher | "--teacher --quick")
    parts=(teacher-steps teacher-many teacher-tight teacher-report)
    shift
    ;;
  *) echo "Usage: bench/speed.sh [--teacher] [--quick]" >&2; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet build "$here/bench/PromptKD.Speed" -c Release --nologo -v quiet >"$work/build.txt" \
  || { cat "$work/build.txt" >&2; exit 1; }
for part in "${parts[@]}"; do
  [[ "$part" = *report ]] || echo "measuring: $part (load $(cut -d' ' -f1 /proc/loadavg))"
  "$here"/artifacts/bin/PromptKD.Speed/release_*/PromptKD.Speed "$part" "$work" "$@"
done
