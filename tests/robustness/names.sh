# Lists of class names, labels that contradict each other, and values of options that cannot be meant.

mkdir -p "$here/cwd"
distill() {
  (cd "$here/cwd" && promptkd distill --recipe paper --images "$pictures/photos" --teacher "$teacher" --student "$student" --epochs 1 \
    --device cpu "$@")
}

cp "$pictures/classes.txt" "$here/classes.txt"
printf 'cat\ncaf\351\n' >"$here/windows.txt"
printf '1. cat\n2. dog\n' >"$here/numbered.txt"
printf 'cat, dog, hen\n' >"$here/line.txt"
refuse_list() { # NAME LIST PATTERN
  run distill --output "$here/run" --classes "$2"
  expect "$1" 2 1 "$3"
  check "$1 writes nothing" [ ! -e "$here/run" ]
}
refuse_list "a mistyped file of class names" "$here/clases.txt" "No file of class names at .* The nearest is '.*classes.txt'"
refuse_list "a folder as class names" "$pictures/test" "is a folder, not a list of class names"
refuse_list "class names with semicolons" "cat;dog" "Separate names by commas"
refuse_list "a line with commas as class names" "$here/line.txt" ":1, the only line"
refuse_list "class names in Windows-1252" "$here/windows.txt" ":2: the byte 0xE9 is not UTF-8.*'café'"
refuse_list "numbered class names" "$here/numbered.txt" "is numbered"
refuse_list "one class in KEY VALUE" "" "--classes is empty"
run distill --output "$here/run" DISTILL.CLASSES "['cat']"
expect "one class of a configuration" 2 1 "DISTILL.CLASSES \(--classes\): one class name, 'cat'"

# Three labelled shards with the same names, joined.
mkdir "$here/shards"
photo=$(find "$pictures/test" -name '*.png' | head -1)
for label in 0 1 2; do
  mkdir "$here/shards/$label"
  cp "$photo" "$here/shards/$label/a.png"
  echo "$label" >"$here/shards/$label/a.cls"
  tar -C "$here/shards/$label" -cf "$here/shards/$label.tar" a.png a.cls
  rm -r "$here/shards/$label"
done
tar -A -f "$here/shards/0.tar" "$here/shards/1.tar" "$here/shards/2.tar"
run promptkd probe --clip "$teacher" --train "$here/shards/0.tar" --val "$pictures/test" --test "$pictures/test" --device cpu
expect "joined shards" 2 1 "is called 'a.png', as picture 1 is"

gzip -c "$here/shards/1.tar" >"$here/shards/1.tar.gz"
run promptkd features --output "$here/store" --views 1 --images "$here/shards/1.tar.gz" --teacher "$teacher" --device cpu
expect "a compressed archive as pictures" 2 1 "is a compressed tar archive"

# An unset variable of a shell; a file where a folder is to be.
for verb in demo distill teach features; do
  run bash -c "cd '$here/cwd' && '$program' $verb --output ''"
  expect "$verb --output ''" 2 1 "--output is empty"
  run bash -c "cd '$here/cwd' && '$program' $verb --output '$here/classes.txt'"
  expect "$verb --output FILE" 2 1 "--output is '.*classes.txt', a file"
done
run bash -c "cd '$here/cwd' && '$program' train --root x --output-dir ' '"
expect "train --output-dir ' '" 2 1 "--output-dir is empty"
run distill --output "$here/run" --classes "$here/classes.txt" --base 999
expect "distill --base 999" 2 1 "--base is 999, but --classes has [0-9]+ classes"
run distill --output "$here/run" --classes "$here/classes.txt" OPTIM.MAX_EPOCH 0
expect "distill OPTIM.MAX_EPOCH 0" 2 1 "OPTIM.MAX_EPOCH is 0"
run distill --output "$here/run" --classes "$here/classes.txt" DISTILL.VAL "" SEED 1 SEED 2
expect "a key twice" 2 1 "SEED is given twice"
check "nothing lands in the current folder" [ -z "$(ls -A "$here/cwd")" ]
