# Inputs of every kind that may not be read, in the verbs that take them: as another user, for the superuser may read all.

if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
  skip "inputs that may not be read" "needs the superuser and setpriv"
  return 0
fi
nobody() {
  setpriv --reuid=65534 --regid=65534 --clear-groups \
    env HOME=/nonexistent DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp timeout 60 "$program" "$@"
}
chmod a+rx "$work" "$here"
run nobody --help
if [ "$code" != 0 ]; then
  skip "inputs that may not be read" "another user cannot start the program here"
  return 0
fi

small="$here/photos"
mkdir -p "$small" "$here/broken-up" && cp "$pictures"/photos/000[1-8].png "$small"
run promptkd distill --images "$small" --classes "$pictures/classes.txt" --teacher "$teacher" --student "$student" \
  --epochs 1 --batch-size 4 --precision fp32 --views 1 --output "$here/run"
expect "a run to take inputs from" 0 - "The student is in"

# sealed NAME SOURCE: a copy that nobody may read, as $here/sealed/NAME.
mkdir -p "$here/sealed" "$here/out" && chmod 777 "$here/out"
sealed() { cp -r "$2" "$here/sealed/$1" && chmod 000 "$here/sealed/$1"; }
sealed classes.txt "$pictures/classes.txt"
sealed clip.safetensors "$(find "$teacher" -name '*.safetensors' | head -1)"
sealed clip "$teacher"
sealed merges.txt "$teacher/merges.txt"
sealed config.yaml "$root/configs/datasets/dtd.yaml"
sealed store "$here/run/teacher-store"
sealed labelled "$pictures/test"
sealed folder "$small"
sealed package "$here/run/student"
sealed logs "$here/run"
tar -C "$small" -cf "$here/photos.tar" . && sealed photos.tar "$here/photos.tar"
sealed photos.parquet "$small/0001.png"
sealed prompts.pth.tar "$small/0001.png"
mkdir -p "$here/data/dtd/images" && sealed split.json "$pictures/classes.txt"
mv "$here/sealed/split.json" "$here/data/dtd/split_zhou_DescribableTextures.json"
cp -r "$here/run/student" "$here/half" && chmod 000 "$here/half/student.safetensors"
cp -r "$here/run/teacher-store" "$here/shard" && chmod 000 "$here/shard/shards/00000.safetensors"
cp -r "$here/run/teacher-store" "$here/shards" && chmod 000 "$here/shards/shards"
cp -r "$here/run/teacher-store" "$here/list" && chmod 000 "$here/list/pictures.tsv.gz"
cp -r "$here/run" "$here/mine" && chmod 000 "$here/mine/checkpoints/last.safetensors" && chown -R 65534 "$here/mine"

# refused NAME VERB …: exit code 2 and one line of error.
refused() {
  local name=$1
  shift
  run nobody "$@"
  local lines
  lines=$(grep -c '^promptkd: ' "$work/err")
  expect "$name may not be read" 2 - "^promptkd: .*(permission|denied)"
  [ "$lines" = 1 ] || verdict "$name: one line" " $lines lines of error;"
}
models=(--teacher "$teacher" --student "$student" --output "$here/out/run")
photos=(--images "$small" --classes "$pictures/classes.txt")
s=$here/sealed
refused "a folder of pictures" distill --images "$s/folder" --classes a,b "${models[@]}"
refused "a tar shard" distill --images "$s/photos.tar" --classes a,b "${models[@]}"
refused "a parquet shard" distill --images "$s/photos.parquet" --classes a,b "${models[@]}"
refused "a class list" distill --images "$small" --classes "$s/classes.txt" "${models[@]}"
refused "a validation folder" distill "${photos[@]}" --val "$s/labelled" "${models[@]}"
refused "a configuration" distill "${photos[@]}" --config "$s/config.yaml" "${models[@]}"
refused "a CLIP file" distill "${photos[@]}" --teacher "$s/clip.safetensors" --student "$student" --output "$here/out/run"
refused "a CLIP folder" distill "${photos[@]}" --teacher "$s/clip" --student "$student" --output "$here/out/run"
refused "a vocabulary" distill "${photos[@]}" --vocab "$s/merges.txt" "${models[@]}"
refused "prompts" distill "${photos[@]}" --teacher-prompts "$s/prompts.pth.tar" "${models[@]}"
refused "a store" distill "${photos[@]}" --store "$s/store" --student "$student" --output "$here/out/run"
refused "labelled pictures" teach --data "$s/labelled" --clip "$plain_teacher" --output "$here/out/teach"
refused "a CLIP to tune" teach --data "$pictures/test" --clip "$s/clip" --output "$here/out/teach"
refused "a split file" train --root "$here/data" --dataset-config-file "$root/configs/datasets/dtd.yaml" \
  --config-file "$root/configs/trainers/CoOp/vit_b16_ep50.yaml" --trainer CoOp --student "$student" \
  --output-dir "$here/out/train"
refused "a trainer's file" train --root "$here/data" --config-file "$s/config.yaml" --output-dir "$here/out/train"
refused "pictures to store" features --images "$s/folder" --teacher "$teacher" --views 1 --output "$here/out/store"
refused "a store to check" features --check "$s/store"
refused "a shard to learn from" distill "${photos[@]}" --store "$here/shard" --student "$student" --output "$here/out/run"
refused "a shard to merge" features --merge "$here/shard" --output "$here/out/merged"
for store in shard shards; do
  run nobody features --check "$here/$store"
  expect "a shard to check ($store)" 1 - "00000.safetensors: no permission to read it"
done
run nobody features --check "$here/list"
expect "a list of pictures to check" 1 - "pictures.tsv.gz: no permission to read it"
refused "a package" predict --model "$s/package" "$small"
refused "a package's weights" predict --model "$here/half" "$small"
refused "pictures to name" predict --model "$here/run/student" "$s/folder"
refused "pictures to measure on" evaluate --model "$here/run/student" --data "$s/labelled"
refused "pictures to look at" check "$s/folder"
refused "pictures to probe" probe --clip "$plain_teacher" --train "$s/labelled" --val "$s/labelled" --test "$s/labelled"
refused "prompts to interpret" interpret --prompts "$s/prompts.pth.tar" --clip "$plain_teacher"
refused "runs to report" report "$s/logs" --output "$here/out/report"
refused "a checkpoint to go on from" distill "${photos[@]}" --teacher "$teacher" --student "$student" --epochs 1 \
  --batch-size 4 --precision fp32 --views 1 --output "$here/mine"

# One picture of many is skipped by name, as a broken one is.
cp -r "$small" "$here/mixed" && chmod 000 "$here/mixed/0003.png"
run nobody predict --model "$here/run/student" "$here/mixed"
expect "one picture that may not be read is skipped" 0 - "skipped $here/mixed/0003.png: no permission"
chmod -R u+rwX "$s" "$here/half" "$here/mine" "$here/mixed" "$here/shard" "$here/shards" "$here/list"
