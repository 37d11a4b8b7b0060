#!/usr/bin/env bash
# What docs/scale.md tells of machines that are not here: simulated tables, printed as Markdown. The same lines each time.
#
#   bench/scale.sh                     the tables
#   bench/scale.sh --measure [ROUNDS]  what a step exchanges, measured between machines that this one plays, and simulated beside it
#
# --measure lets this machine play 2, 4, 8 and 10 (tests/processes/machines.sh: root, iproute2, Open MPI's mpirun) whose links let 200 Mbit
# and 1 Gbit a second through. They share its cores, so that faster links would measure those; it wants the machine to itself. Medians of
# ROUNDS rounds; 3 by default, five minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "${1:-} ${2:-3}" in
  " 3") measure= ;;
  "--measure "[1-9] | "--measure "[1-9][0-9]) measure=yes ;;
  *) echo "Usage: bench/scale.sh [--measure [ROUNDS]]" >&2; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
  dotnet build "$here/bench/$1" -c Release --nologo -v quiet >"$work/build.txt" || { cat "$work/build.txt" >&2; exit 1; }
}

build PromptKD.Scale
simulate() { "$here"/artifacts/bin/PromptKD.Scale/release/PromptKD.Scale "$@"; }
[ -n "$measure" ] || { simulate; exit; }

source "$here/tests/processes/machines.sh"
require_machines
build PromptKD.Speed
program=$(echo "$here"/artifacts/bin/PromptKD.Speed/release_*/PromptKD.Speed)
trap 'machines_down; rm -rf "$work"' EXIT

# Large parts go without being asked for first: docs/how-to/use-several-processes.md.
eager="--mca btl_tcp_eager_limit 2200000 --mca btl_tcp_max_send_size 2200000 --mca btl_tcp_rndv_eager_limit 2200000"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1 TERM=dumb
rounds=${2:-3}
for round in $(seq "$rounds"); do
  for rate in 0.2 1; do
    for count in 2 4 8 10; do
      machines_up "$count" "$(awk -v rate="$rate" 'BEGIN { print rate * 1000 }')" "$work"
      for way in "" "$eager"; do
        # shellcheck disable=SC2086
        on_machines "$count" $way "$program" exchange "$work" --quick | tr -d '\r' \
          | sed "s/^/$rate\t${way:+eager}\t/" >>"$work/measured"
      done
      machines_down
    done
  done
  echo "round $round of $rounds (load $(cut -d' ' -f1 /proc/loadavg))" >&2
done

# The median of the rounds of each.
sort -t$'\t' -k1,1g -k2,2 -k3,3n -k5,5n -k4,4 -k6,6g "$work/measured" | awk -F'\t' -v rounds="$rounds" '
  { line[(NR - 1) % rounds] = $0 }
  NR % rounds == 0 { print line[int((rounds - 1) / 2)] }' >"$work/medians"
simulate "$work/medians"
