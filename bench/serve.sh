#!/usr/bin/env bash
# The server under a bounded load from this machine: 1, 8 and 32 clients, with and without batches, libtorch and ONNX,
# float32 and int8; beside the same bytes asked through the library directly, gathered and behind a lock; beside what one
# writes first, an ASP.NET server with a lock around the classifier; and beside a server of Node with the same ONNX file,
# where npm gives ONNX Runtime. Requests a second, times, memory at the end; then what the server has of the others at 8
# clients. The clients share the machine's cores with the server. The student is the demo's unless one is given: a large
# one is bound by its arithmetic, a small one, whose picture takes a fraction of a millisecond, by everything around it.
#
#   bench/serve.sh [--quick] [STUDENT PICTURE]
#
# About six minutes on two cores, with --quick two. Compare within one run only.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=6
[ "${1:-}" = --quick ] && { seconds=2; shift; }
[ $# = 0 ] || [ $# = 2 ] || { echo "Usage: bench/serve.sh [--quick] [STUDENT PICTURE]" >&2; exit 2; }
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB

for project in src/PromptKD.Cli bench/PromptKD.Serve; do
  dotnet build "$here/$project" -c Release --nologo -v quiet >"$work/build.txt" || { cat "$work/build.txt" >&2; exit 1; }
done
promptkd() { "$here"/artifacts/bin/PromptKD.Cli/release_*/PromptKD.Cli "$@"; }
serve() { "$here"/artifacts/bin/PromptKD.Serve/release_*/PromptKD.Serve "$@"; }

if [ $# = 2 ]; then
  student=$1 picture=$2
else
  promptkd demo --recipe fast --output "$work/demo" >"$work/demo.txt" 2>&1 || { tail -5 "$work/demo.txt"; exit 1; }
  student=$work/demo/student
  picture=$(find "$work/demo/pictures" -name '*.png' | sort | sed -n 1p)
fi
promptkd export --model "$student" --output "$work/float.onnx" >/dev/null 2>&1
promptkd export --model "$student" --output "$work/int8.onnx" --int8 >/dev/null 2>&1 || echo "int8 cannot be exported here: left out"

ask() { # MODEL NAME OPTIONS...: serves the model, asks it, and ends it
  local model=$1 name=$2 address
  shift 2
  : >"$work/log"
  "$here"/artifacts/bin/PromptKD.Cli/release_*/PromptKD.Cli serve --model "m=$model" --listen http://127.0.0.1:0 "$@" 2>"$work/log" &
  server=$!
  for _ in $(seq 240); do
    address=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$work/log" | sed -n 1p)
    [ -n "$address" ] && curl -sf "$address/health/ready" >/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.25
  done
  for clients in 1 8 32; do
    echo "$name  $(serve load "$address" "$picture" "$clients" "$seconds")"
  done
  echo "$name  memory $(awk '/VmRSS/ { printf "%d MiB", $2 / 1024 }' "/proc/$server/status")"
  kill "$server"
  wait "$server" || true
  server=
}

echo "measuring (load $(cut -d' ' -f1 /proc/loadavg), $(nproc) cores)"
for model in "$student" "$work/float.onnx" "$work/int8.onnx"; do
  [ -e "$model" ] || continue
  case $model in *int8.onnx) name="ONNX int8   " ;; *.onnx) name="ONNX float32" ;; *) name="torch       " ;; esac
  for way in gathered shared lock; do
    echo "$name  library, $way  $(serve direct "$model" "$picture" 8 "$seconds" "$way")"
  done
  ask "$model" "$name  server, batches"
  ask "$model" "$name  server, singly " --batch 1 --delay 0ms
done
echo "a Python server beside it: left out, since no package here has ONNX Runtime for Python"
