# Everything that a user puts among the pictures is read or named; what cannot be read is named before it is learned.

photos=$here/photos
mkdir -p "$photos"
for number in 1 2 3 4; do cp "$pictures/photos/00$number.png" "$photos/$number.png" 2>/dev/null; done
[ -f "$photos/1.png" ] || find "$pictures/photos" -name '*.png' | sort | head -4 | nl | while read -r number file; do
  cp "$file" "$photos/$number.png"
done
for number in 1 2 3; do echo x >"$photos/$number.psd"; done
echo x >"$photos/Thumbs.db"
head -c 60 "$photos/1.png" >"$photos/cut.png"
: >"$photos/empty.png"
mkfifo "$photos/pipe.png"

distill() {
  run promptkd distill --recipe paper --images "$photos" --classes "red circle,blue square" --teacher "$teacher" --student "$student" \
    --epochs 1 --batch-size 4 --precision fp32 --seed 1 "$@"
}

distill --output "$here/run"
expect "files that are not read are counted" 0 - "Left out 4 files in .*: 3 .psd, 1 Thumbs.db; not pictures"
check "and they are in the log" grep -q "Left out 4 files" "$here/run/log.txt"
check "and on the card" grep -q "3 .psd" "$here/run/student/README.md"
check "a cut picture is named before training" \
  sh -c "sed '/Distilling 4 pictures/q' '$here/run/log.txt' | grep -q 'skipped .*cut.png: the file is cut short'"
check "so is an empty one" grep -q "skipped .*empty.png: the file is empty" "$here/run/log.txt"
check "so is a pipe" grep -q "skipped .*pipe.png: a named pipe, not a regular file" "$here/run/log.txt"
check "the card counts what was learned from" grep -q "^4 unlabelled pictures" "$here/run/student/README.md"
check "and says what was not" grep -q "3 pictures that could not be read" "$here/run/student/README.md"

distill --output "$here/strict" --strict
expect "--strict refuses a broken picture" 2 - "cut.png: the file is cut short"

cp "$photos/1.png" "$photos/5.png"
rm "$photos/2.png"
distill --output "$here/run"
expect "pictures that changed are named" 2 - "other pictures: gone 2.png, new 5.png"
rm -r "$here/run/student"
distill --output "$here/run" --accept-changes
expect "and are accepted" 0 - "going on with changed pictures: gone 2.png, new 5.png"

mkdir "$here/broken"
cp "$photos/cut.png" "$photos/empty.png" "$here/broken"
run promptkd predict --model "$here/run/student" "$here/broken"
expect "all broken: what was tried is said" 2 1 "None of 2 pictures could be read: .*cut.png: the file is cut short"
run promptkd predict --model "$here/run/student" "$photos"
expect "predict names what it leaves out" 0 - "Left out 4 files"

mkdir -p "$here/labelled/red circle" "$here/labelled/blue square"
cp "$photos/1.png" "$here/labelled/red circle"
cp "$photos/3.png" "$here/labelled/stray.png"
run promptkd evaluate --model "$here/run/student" --data "$here/labelled"
expect "a class without pictures is named" 0 - "No picture in .* of 1 class: 'blue square'"
expect "pictures beside the class folders are named" 0 - "1 picture beside the class folders"
cp "$photos/cut.png" "$here/labelled/blue square"
run promptkd evaluate --model "$here/run/student" --data "$here/labelled"
expect "a class whose only picture is broken is named" 0 - "no picture of the class 'blue square' can be read"
run promptkd probe --clip "$plain_teacher" --train "$here/labelled" --val "$here/labelled" --test "$here/labelled" --shots 1 --seeds 1
expect "so it is before a probe" 0 - "no picture of the class 'blue square' can be read: nothing is learned of it"
rm "$here/labelled/blue square/cut.png"

# Whatever opens a path waits for no pipe.
mkfifo "$here/p.txt" "$here/p.tar" "$here/p.parquet" "$here/p.safetensors" "$here/p.yaml"
for option in "--classes $here/p.txt" "--images $here/p.tar" "--images $here/p.parquet" "--config $here/p.yaml" \
  "--student $here/p.safetensors" "--teacher-prompts $here/p.safetensors" "--vocab $here/p.txt"; do
  words=(--images "$photos" --classes a,b --teacher "$teacher" --student "$student" --output "$here/pipe")
  for place in 0 2 4 6; do
    [ "${words[place]}" != "${option%% *}" ] || words=("${words[@]:0:place}" "${words[@]:place+2}")
  done
  # shellcheck disable=SC2086 # An option and its value.
  run timeout 30 "$program" distill --recipe paper "${words[@]}" $option
  expect "a named pipe as ${option%% *} ${option##*.}" 2 - "named pipe, not a regular file"
done
run timeout 30 "$program" predict --model "$here/run/student" "$here/p.tar"
expect "a named pipe to predict" 2 1 "named pipe, not a regular file"

run promptkd check "$photos"
expect "check finds what needs a look" 1 - "broken +3 "
expect "and what is left out" 1 - "left out +4 .*3 .psd"
expect "and what is doubled" 1 - "doubled, byte for byte +1 .*1.png = .*5.png"
run promptkd check --json "$photos"
expect "for machines, too" 1 - '"pictures":7,.*"needsALook":true'
mkdir "$here/fine"
find "$pictures/photos" -name '*.png' | sort | head -1 | xargs -I{} cp {} "$here/fine/1.png"
run promptkd check "$here/fine"
expect "check is content with a sound folder" 0 - "broken +0"
run promptkd check "$here/nowhere"
expect "check of no folder" 2 1 "No folder at"
run promptkd check --classes "red circle,green square" "$here/labelled"
expect "check of folders that do not fit the classes" 1 - "labels: .*blue square"
mkdir "$here/unread"
: >"$here/unread/design.psd"
run promptkd check "$here/unread"
expect "check of a folder with nothing that is read" 1 1 "left out +1 .*1 .psd"

# Links in a circle, and names of other systems.
mkdir "$here/odd"
cp "$photos/1.png" "$here/odd"
cp "$photos/1.png" "$here/odd/"$'caf\351.png'
mkdir "$here/odd/"$'t\351'
ln -s self "$here/odd/self"
run promptkd predict --model "$here/run/student" "$here/odd"
expect "a link in a circle is counted" 0 - "1 folder whose name is not UTF-8, 1 link that leads nowhere"
expect "a name that is not UTF-8 is said" 0 - "skipped .*caf.*: its name is not UTF-8"

# Links that lead nowhere, round, or over and over.
ln -s /nowhere/at/all "$here/dangling"
run promptkd check "$here/dangling"
expect "a link that leads nowhere is called one" 2 1 "is a link to '/nowhere/at/all', where nothing is"
if [ -d /sys/class/net ]; then
  run timeout 60 "$program" check /sys/class/net
  expect "links in circles, from where their folders lie, come to an end" 1 - "^pictures +0"
fi
for number in $(seq 20); do
  mkdir -p "$here/ways/$number"
  ln -s "../$((number + 1))" "$here/ways/$number/left"
  ln -s "../$((number + 1))" "$here/ways/$number/right"
done
mkdir "$here/ways/21"
run timeout 60 "$program" check "$here/ways"
expect "so do a million ways to one folder" 2 1 "lead to the same folders over and over, more than 10,000 times"

# The zeros that end an archive.
tar -cf "$here/whole.tar" -C "$photos" 1.png 3.png
head -c "$(($(stat -c %s "$photos/1.png") / 512 * 512 + $(stat -c %s "$photos/3.png") / 512 * 512 + 2048))" \
  "$here/whole.tar" >"$here/cut.tar"
run promptkd check "$here/whole.tar"
expect "a whole archive needs no look" 0 - "^pictures +2"
run promptkd check "$here/cut.tar"
expect "one that ends behind its last file does" 1 - "^archives without end +1 .*cut.tar"
run promptkd predict "$here/cut.tar" --model "$here/run/student"
expect "and is read with a warning" 0 - "warning: '.*cut.tar' does not end as a tar archive does"

# Behind two dashes every word is what it is.
cp "$photos/1.png" "$here/--odd.png"
run sh -c 'cd "$0" && "$1" predict --model run/student -- --odd.png' "$here" "$program"
expect "a picture whose name begins as an option does" 0 0 "^--odd.png"
run promptkd predict --model "$here/run/student" --odd.png
expect "and a misspelt option" 2 1 "There is no command or option '--odd.png'"
