#!/usr/bin/env bash
# Holds classify.mjs to the program: the same class, and a probability within 0.002. Arguments: a student.onnx and a picture.
# Says so and succeeds where there is no node, or where npm cannot fetch what the sample needs.
set -euo pipefail
graph=$1 picture=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/classify.mjs" "$work/"
if ! command -v node npm > "$work/there" \
  || ! (cd "$work" && timeout 180 npm install --silent --no-audit --ignore-scripts onnxruntime-node@1.22 sharp@0.34 > npm.log 2>&1); then
  echo "samples/onnx: skipped, there is no node here, or npm cannot fetch onnxruntime-node and sharp"
  exit 0
fi
expected=$("$here/../../promptkd" predict --model "$graph" --json "$picture")
(cd "$work" && node classify.mjs "$graph" "$picture") > "$work/found"
cat "$work/found"
EXPECTED=$expected FOUND=$(head -1 "$work/found") node -e '
  const best = JSON.parse(process.env.EXPECTED).classes[0];
  const [probability, ...name] = process.env.FOUND.split(" ");
  if (name.join(" ") !== best.name || Math.abs(probability - best.probability) > 0.002) {
    console.error(`samples/onnx: expected ${best.probability} ${best.name}`);
    process.exit(1);
  }'
