#!/usr/bin/env bash
# What several processes bring: steps of a ViT-B/16 student with stored features of a ViT-L/14 teacher, batches of 8 pictures,
# float32, by 1 process of 1 thread, 1 process of 2 threads, and 2 processes of 1 thread, each bound to cores of its own. The three
# take turns, ROUNDS times; medians are printed: steps a second, the share of the time that is spent in exchanges and in waiting
# for each other, the memory of all processes, and how much the first one's own time varies from step to step.
#
#   bench/parallel.sh [--quick] [ROUNDS]      default: 5 rounds; two cores, Open MPI's mpirun (Debian: openmpi-bin)
#
# Weights and pictures are random. --quick takes one step in place of six, and says little.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
quick=()
[ "${1:-}" != --quick ] || { quick=(--quick); shift; }
rounds=${1:-5}
command -v mpirun >/dev/null || { echo "Needs mpirun: install openmpi-bin." >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TERM=dumb # mpirun gives processes a terminal.

dotnet build "$here/bench/PromptKD.Speed" -c Release --nologo -v quiet >"$work/build.txt" \
  || { cat "$work/build.txt" >&2; exit 1; }
program=$(echo "$here"/artifacts/bin/PromptKD.Speed/release_*/PromptKD.Speed)

# measure PROCESSES THREADS
measure() {
  OMP_NUM_THREADS=$2 mpirun -n "$1" --use-hwthread-cpus --map-by "slot:PE=$2" --bind-to hwthread \
    "$program" parallel "$work" "${quick[@]}" >>"$work/$1x$2"
}

for round in $(seq "$rounds"); do
  echo "round $round of $rounds (load $(cut -d' ' -f1 /proc/loadavg))"
  measure 1 1
  measure 1 2
  measure 2 1
done

median() { sort -n | awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'; }
printf '%-28s %12s %12s %12s %10s\n' "" "steps/s" "exchanging" "memory" "varies"
for mode in 1x1 1x2 2x1; do
  printf '%-28s %12.3f %11.1f%% %8.2f GiB %9.1f%%\n' "${mode%x*} processes x ${mode#*x} threads" "$(awk '{ print $3 }' "$work/$mode" | median)" \
    "$(awk '{ print 100 * $4 }' "$work/$mode" | median)" "$(awk '{ print $5 }' "$work/$mode" | median)" \
    "$(awk '{ print 100 * $6 }' "$work/$mode" | median)"
done
paste "$work/1x1" "$work/1x2" "$work/2x1" | awk '{ print $15 / $3 }' | median | xargs printf '2 x 1 against 1 x 1, in the same round: %.2f (target 1.8)\n'
paste "$work/1x1" "$work/1x2" "$work/2x1" | awk '{ print $15 / $9 }' | median | xargs printf '2 x 1 against 1 x 2, in the same round: %.2f (target 1)\n'
