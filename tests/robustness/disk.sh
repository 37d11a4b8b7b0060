# Outputs that cannot be written, folders that cannot be written or that go, and what a closed terminal does.

settings=(--images "$here/photos" --classes "$pictures/classes.txt" --teacher "$teacher" --student "$student"
  --batch-size 8 --precision fp32)
small() { promptkd distill --recipe paper "${settings[@]}" --epochs 1 --output "$@"; }

# Starts a run that does not end by itself, and waits until it learns. Sets $running.
endless() {
  : >"$work/err"
  "$program" distill --recipe paper "${settings[@]}" --epochs 100000 --output "$@" >"$work/out" 2>"$work/err" </dev/null &
  running=$!
  until grep -q '^epoch 1:' "$work/err" || ! kill -0 "$running" 2>/dev/null; do sleep 0.2; done
}
mkdir -p "$here/photos"
cp "$pictures"/photos/000[1-8].png "$here/photos"

run small "$here/run"
expect "a small run" 0 - "Wrote $here/run/student"
package=$here/run/student

# Standard output and error.
code=0 && promptkd predict --model "$package" "$here/photos" >/dev/full 2>"$work/err" || code=$?
expect "predict, standard output full" 2 1 "Cannot write to standard output: No space left"
promptkd predict --model "$package" "$pictures/photos" 2>"$work/err" | head -1 >"$work/out"
code=${PIPESTATUS[0]}
expect "predict, a reader that has had enough" 141 0 "0001.png"
code=0 && promptkd datasets list >/dev/full 2>"$work/err" || code=$?
expect "datasets, standard output full" 2 1 "Cannot write to standard output"
code=0 && promptkd predict --model "$package" "$here/photos" >"$work/out" 2>/dev/full || code=$?
: >"$work/err"
expect "predict, standard error full" 0 0 "0008.png"
code=0 && small "$here/out-full" >/dev/full 2>"$work/err" || code=$?
expect "distill, standard output full" 0 - "warning: Cannot write to standard output"
code=0 && small "$here/err-full" >"$work/out" 2>/dev/full || code=$?
: >"$work/err"
expect "distill, standard error full" 0 0 "The student is in"
check "the same student as with a terminal" cmp "$package/student.safetensors" "$here/err-full/student/student.safetensors"

code=0 && (exec <&- >&- 2>&-; exec "$program" predict --model "$package" "$here/photos") || code=$?
: >"$work/out"
check "predict, everything closed" [ "$code" = 2 ]
code=0 && (exec >&- 2>"$work/err"; exec "$program" predict --model "$package" "$here/photos") || code=$?
expect "predict, standard output closed" 2 1 "Cannot write to standard output"

# A folder that is gone before the start.
mkdir "$here/left" && cd "$here/left" && rmdir "$here/left"
run promptkd predict --model "$package" "$here/photos"
cd "$root" || exit 1
expect "predict, the current folder deleted" 2 1 "The current folder was deleted"

# A closed terminal.
endless "$here/hup"
kill -HUP "$running"
code=0 && wait "$running" || code=$?
expect "distill, the terminal closed" 130 - "Saved behind"

# A folder that goes during a run.
endless "$here/goes"
mv "$here/goes" "$here/went"
code=0 && wait "$running" || code=$?
expect "distill, the output folder moved" 2 - "promptkd: .*$here/goes.* was moved to '$here/went'"
check "the folder is not made anew" test ! -e "$here/goes"

# What a refusal leaves.
run small "$here/refused" DISTILL.STUDENT "$here/photos"
expect "a refused run" 2 - "promptkd: "
check "its log says why" grep -q 'error: ' "$here/refused/log.txt"
touch "$here/run/config.yaml.$(hostname -s)-999999.partial"
run small "$here/run"
expect "a finished run again" 0 - "Finished already"

# The same places, as they are seen from another folder.
(cd "$here" && "$program" distill --recipe paper "${settings[@]:2}" --images photos --epochs 1 --output seen) >/dev/null 2>&1
run small "$here/seen"
expect "a run goes on from another folder" 0 - "Finished already"
run promptkd distill --recipe paper "${settings[@]:2}" --images "$here" --epochs 1 --output "$here/seen"
expect "and not with another one" 2 - "another configuration: DISTILL.IMAGES"
check "it clears what a killed write left" test ! -e "$here/run/config.yaml.$(hostname -s)-999999.partial"

# File systems that are full or can only be read.
if mkdir -p "$here/mount" && mount -t tmpfs -o size=200k none "$here/mount" 2>/dev/null; then
  run small "$here/mount/run"
  expect "distill, a full disk" 2 - "promptkd: Cannot write '$here/mount/run/.*': No space left on device"
  umount "$here/mount"
  mount --bind "$here/run" "$here/mount" && mount -o remount,ro,bind "$here/mount"
  run small "$here/mount"
  expect "a finished run that can only be read" 0 - "Finished already"
  run small "$here/mount" OPTIM.MAX_EPOCH 2
  expect "another run that can only be read" 2 - "holds a run of another configuration"
  run promptkd features --images "$here/photos" --teacher "$teacher" --views 1 --output "$here/mount/store"
  expect "features, a read-only file system" 2 - "promptkd: Cannot write .*'$here/mount/store.*': Read-only file system"
  run promptkd benchmark base2new --root "$here/photos" --output "$here/mount/bench"
  expect "benchmark, a read-only file system" 2 - "promptkd: Cannot write .*'$here/mount/bench'"
  mkdir -p "$here/labelled/blue circle" && cp "$here/photos/0001.png" "$here/labelled/blue circle"
  run promptkd evaluate --model "$package" --data "$here/labelled" --confusion "$here/mount/c.csv"
  expect "evaluate, a read-only file system" 2 - "promptkd: Cannot write .*$here/mount/c.csv'"
  check "what was measured is said all the same" grep -q 'accuracy' "$work/out"
  run promptkd preview --images "$here/photos" --classes "$pictures/classes.txt" --teacher "$teacher" \
    --output "$here/mount/preview"
  expect "preview, a read-only file system" 2 - "promptkd: Cannot write .*$here/mount/preview"
  check "what the teacher thinks is said all the same" grep -q 'blue circle' "$work/out"
  umount "$here/mount"
else
  skip "full and read-only file systems" "nothing can be mounted here"
fi
