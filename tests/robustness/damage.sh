# Damage to what was learned is found before it is used: the same result, or one line.

distilled=$here/run
small=$here/small # Eight pictures are enough.
mkdir -p "$small"
cp "$pictures"/photos/000[1-8].png "$small/"
touch -d '2020-01-01' "$small"/*
distil() {
  promptkd distill --recipe paper --images "$small" --classes "red circle,blue circle,green ring" --teacher "$teacher" --student "$student" \
    --epochs 2 --batch-size 4 --precision fp32 --output "$distilled" "$@"
}

# flip FILE BYTE: changes a bit; a negative BYTE counts from the end.
flip() {
  python3 - "$1" "$2" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[2])] ^= 1
open(sys.argv[1], "wb").write(data)
PYTHON
}

run distil
expect "a run of two epochs" 0 - "student"
cp -r "$distilled" "$here/whole"
restore() { rm -rf "$distilled" && cp -r "$here/whole" "$distilled"; }

for file in student.safetensors class_vectors.safetensors model.json; do
  flip "$distilled/student/$file" -100
  run promptkd predict --model "$distilled/student" "$small/0001.png"
  expect "a flipped bit in $file" 2 1 "$file: damaged: "
  restore
done

flip "$distilled/student/student.safetensors" -100
run distil
expect "the same command writes a damaged student again" 0 - "Writing the student again: "
check "to the same bytes" cmp "$distilled/student/student.safetensors" "$here/whole/student/student.safetensors"

flip "$distilled/checkpoints/last.safetensors" -100
rm -r "$distilled/student"
run distil
expect "a damaged checkpoint costs an interval" 0 - "last.safetensors: damaged: .* goes on from the checkpoint before it"
check "and ends in the same bytes" cmp "$distilled/student/student.safetensors" "$here/whole/student/student.safetensors"
restore

: >"$distilled/checkpoints/last.safetensors"
: >"$distilled/checkpoints/previous.safetensors"
run distil
expect "two damaged checkpoints" 2 - "last.safetensors: damaged: .*previous.safetensors: damaged: .*Delete both"
restore

sed -i 's/^SEED: 1$/SEED: 3/' "$distilled/config.yaml"
run distil
expect "a damaged configuration" 2 - "another configuration: SEED"
restore
