#!/usr/bin/env bash
# Runs every sample on the embedded example, so that they keep working. Exits 1 if one fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.

./promptkd demo --pictures-only --output "$work/demo"
dotnet run samples/DistillAFolder.cs -- \
  "$work/demo/pictures/photos" "$work/demo/pictures/classes.txt" demo/teacher demo/student "$work/run"
dotnet run samples/ClassifyPictures.cs -- "$work/run/student" "$work/demo/pictures/test/red star/001.png"
dotnet run samples/PluginHost.cs -- artifacts/publish/promptkd "$work/run/student"
./promptkd export --model "$work/run/student" --output "$work/student.onnx"
samples/onnx/run.sh "$work/student.onnx" "$work/demo/pictures/test/red star/001.png"
