# What a student answers with: tables, files, class folders.

mkdir -p "$here/photos/a" "$here/photos/b"
cp "$pictures"/photos/000[1-4].png "$here/photos"
cp "$pictures/photos/0005.png" "$here/photos/a/=same.png"
cp "$pictures/photos/0006.png" "$here/photos/b/=same.png"
names=(--classes "red/circle,blue square")
run promptkd distill --recipe paper --images "$here/photos" "${names[@]}" --teacher "$teacher" --student "$student" --epochs 1 \
  --batch-size 6 --precision fp32 --output "$here/run"
expect "a small run" 0 - "Wrote $here/run/student"
package=$here/run/student

run promptkd predict --model "$package" --output "$here/answers.csv" --sort-into "$here/sorted" "$here/photos"
expect "answers in a file and pictures in folders" 0 2 "Sorted into .*: copies of 6 pictures"
check "as many rows as pictures, and headings" [ "$(wc -l <"$here/answers.csv")" = 7 ]
check "as many copies as pictures" [ "$(find "$here/sorted" -name '*.png' | wc -l)" = 6 ]
check "a class's folder is spelled so that it can be one" test -d "$here/sorted/red%2Fcircle" -o -d "$here/sorted/blue square"
(cd "$here/photos/a" && run promptkd predict --model "$package" --format csv =same.png && cp "$work/out" "$here/cell.csv")
check "no cell is a formula" grep -q "^'=same.png," "$here/cell.csv"

run promptkd predict --model "$package" --sort-into "$here/sorted" "$here/photos"
expect "sorted again, nothing is new" 0 1 "copies of 0 pictures; 6 pictures lay there already"
echo other >"$(find "$here/sorted" -name 0001.png)"
run promptkd predict --model "$package" --sort-into "$here/sorted" "$here/photos"
expect "another file of the name is kept and told" 0 2 "warning: not sorted, because another file of the name is there: 1 picture"
check "it is as it was" grep -q other "$(find "$here/sorted" -name 0001.png)"

run promptkd predict --model "$package" --threshold 1 --format tsv "$here/photos"
expect "what has no answer is counted" 0 1 "none: 6 of 6 pictures"
run promptkd predict --model "$package" --output "$here/none/x.csv" "$here/answers.csv"
expect "no picture, no file" 2 1 "answers.csv"
check "nor a part of one" [ -z "$(find "$here/none" -type f 2>/dev/null)" ]
run promptkd predict --model "$package" --output "$here/sorted" "$here/photos"
expect "a folder for a file" 2 1 "--output is '.*sorted', a folder"
run promptkd predict --model "$package" --sort-into "$here/answers.csv" "$here/photos"
expect "a file for a folder" 2 1 "--sort-into is '.*answers.csv', a file"

# What is measured of it.
mkdir -p "$here/labelled/red%2Fcircle"
cp "$pictures"/photos/000[1-2].png "$here/labelled/red%2Fcircle"
run promptkd evaluate --model "$package" --data "$here/labelled" --confusion "$here/c.csv" --confusion "$here/c.png" \
  --mistakes "$here/m.png" --json "$here/e.json"
expect "a class without pictures is said, not refused" 0 - "No picture in .* of 1 class: 'blue square'"
check "the report is there" grep -q '"emptyClasses":\["blue square"\]' "$here/e.json"
check "and the table" grep -q '^class,red/circle,blue square$' "$here/c.csv"
run promptkd evaluate --model "$package" --data "$here/labelled" --mistakes "$here/labelled/wrong"
expect "mistakes among what is measured on" 2 1 "lies in '.*labelled', whose folders are the classes of"
run promptkd evaluate --model "$package" --data "$here/labelled" --confusion "$here/c.txt"
expect "a confusion of no kind" 2 1 "c.txt'; the name ends in .csv for a table"

# Other classes, without training.
run promptkd classes add "green tower" --model "$package" --teacher "$teacher" --output "$here/three"
expect "a class is added, and said not to be trained for" 0 - "Not trained for: green tower"
run promptkd predict --model "$here/three" --top 3 "$here/photos/0001.png"
expect "and is an answer" 0 0 "green tower"
run promptkd classes remove "green tower" --model "$here/three" --in-place
expect "and is removed" 0 - "Wrote .*three: 2 classes"
check "the vectors are as they were" cmp "$here/three/class_vectors.safetensors" "$package/class_vectors.safetensors"
run promptkd classes remove "red/circle" --model "$here/three" --in-place
expect "one class is none" 2 1 "one class would be left"
run promptkd classes add x --model "$package" --teacher "$student" --output "$here/other"
expect "another teacher" 2 2 "not the teacher that the student learned from"
check "nothing is left of it" [ -z "$(find "$here" -maxdepth 1 -name 'other*')" ]

# What a teacher thinks, before anything is trained.
run promptkd preview --teacher "$teacher" "${names[@]}" --images "$here/photos" --sample 4 --output "$here/preview"
expect "a sample of the pictures, said" 0 - "Looked at 4 of 6 pictures"
check "a sheet" test -s "$here/preview/sheet.png"
run promptkd preview --teacher "$teacher" "${names[@]}" --images "$here/photos" --template "no gap"
expect "a sentence without a gap" 2 - "has \{\} 0 times"

# Words that are no pictures, and files that are no student.
run promptkd predict --model "$package" --bach-size 4 "$here/photos"
expect "a misspelt option is no picture" 2 1 "no command or option '--bach-size'"
run promptkd classes add "green tower" --teachr --model "$package" --output "$here/misspelt"
expect "nor a class" 2 1 "no command or option '--teachr'"
run promptkd predict --model "$package/student.safetensors" "$here/photos"
expect "a student's weights in place of its folder" 2 1 "not called .onnx. Give the folder of a student"
cp "$here/photos/0001.png" "$here/picture.onnx"
run promptkd predict --model "$here/picture.onnx" "$here/photos"
expect "a picture called .onnx" 2 1 "not an ONNX file, or a damaged one"
touch "$here/pictures.zip"
run promptkd predict --model "$package" "$here/pictures.zip"
expect "an archive in place of a picture" 2 1 "is an archive. Unpack it"
