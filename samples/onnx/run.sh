#!/usr/bin/env bash
# Holds the samples in C#, Python and JavaScript to the program: the same class, and a probability within 0.002. Arguments: a
# student.onnx and a picture. One whose runtime is not here, or cannot be fetched, is left out, and said to be.
set -euo pipefail
graph=$(realpath "$1") picture=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
answer=$("$here/../../promptkd" predict --model "$graph" --json "$picture")
name=$(sed -E 's/.*"classes":\[\{"name":"([^"]*)".*/\1/' <<< "$answer")
probability=$(sed -E 's/.*"classes":\[\{[^}]*"probability":([0-9.eE-]+).*/\1/' <<< "$answer")

hold() { # LANGUAGE COMMAND...
  local found
  found=$("${@:2}" "$graph" "$picture" | sed -n 1p)
  echo "$1: $found"
  awk -v found="$found" -v name="$name" -v expected="$probability" 'BEGIN {
    apart = substr(found, 1, index(found, " ") - 1) - expected
    exit !(substr(found, index(found, " ") + 1) == name && apart < 0.002 && apart > -0.002) }' \
    || { echo "samples/onnx: $1: expected $probability $name" >&2; exit 1; }
}

hold "C#" dotnet run "$here/Classify.cs" --

if python3 -c 'import numpy, onnxruntime, PIL' 2> "$work/python.log"; then
  hold Python python3 "$here/classify.py"
else
  echo "samples/onnx: Python skipped: $(tail -1 "$work/python.log")"
fi

cp "$here/classify.mjs" "$work/"
if command -v node npm > "$work/there" \
  && (cd "$work" && timeout 180 npm install --silent --no-audit --ignore-scripts onnxruntime-node@1.22 sharp@0.34 > npm.log 2>&1); then
  hold JavaScript node "$work/classify.mjs"
else
  echo "samples/onnx: JavaScript skipped, there is no node here, or npm cannot fetch onnxruntime-node and sharp"
fi
