# A real terminal (a pseudo one) of 40, 60, 80 and 200 columns, resized on the way: nothing is broken within a word,
# the progress is one line and never wider than the window, and no line above it is lost, whether the terminal breaks its
# lines anew or cuts them off. What is indented by two and begins with the program's name is a command to be copied: it stays
# in one piece.

# on_screen KIND COLUMNS COMMAND …: runs in a terminal. $work/out is what its screen shows, $work/raw what was written.
on_screen() {
  code=0
  python3 "$root/tests/robustness/terminal.py" "$1" "$2" "$work/raw" "${@:3}" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# Columns of each written piece, against those of the window. Bytes are counted, as each awk can, but for those that go on
# with a letter of several.
wide() {
  LC_ALL=C awk -F'\t' '{ text = substr($0, length($1) + 2); letters = text; gsub(/[\200-\277]/, "", letters) }
    text !~ /^  promptkd / && length(letters) > $1' "$work/raw"
}
whole() { ! sed '/^BROKEN   promptkd /,$d' "$work/out" | grep -q '^BROKEN ' && [ -z "$(wide)" ]; }

# How many lines of progress are left on the screen.
left_over() { grep -cE 'batch [0-9]+/[0-9]+|pictures/s' "$work/out"; }
nothing_lost() { ! grep '^LOST ' "$work/out" >"$work/err"; }
progress() { grep -qE 'batch [0-9]+/[0-9]+' "$work/raw" && [ "$(left_over)" = 0 ]; }

# Whether progress was written at each of the widths.
every_width() {
  local width
  for width in ${1//,/ }; do grep -qE "^$width"$'\t.*batch [0-9]+/[0-9]+' "$work/raw" || return 1; done
}

if ! python3 -c 'import pty, fcntl, termios' 2>/dev/null; then
  skip "a terminal of four widths" "there is no python3 with pty here"
else
  mkdir -p "$here/odd/a folder whose name is longer than most"
  cp "$pictures/photos/0001.png" "$here/odd/a folder whose name is longer than most/a picture with a name of many words.png"
  cp "$pictures/photos/0001.png" "$here/odd/twice.png"
  printf 'no picture' >"$here/odd/broken.jpg"
  cp -r "$pictures/photos" "$here/photos" # All of them: an epoch of a few steps ends before the first line is due.
  learn=("$program" distill --recipe paper --images photos --classes "$pictures/classes.txt"
    --teacher "$teacher" --student "$student" --views 1 --epochs 3 --batch-size 16 --precision fp32)
  cd "$here" || exit 1 # Short paths: a path that is longer than the window is broken wherever it ends.
  # Two trainings see each width, with progress on the screen while it becomes narrower and wider.
  while read -r kind columns; do
    on_screen "$kind" "$columns" "${learn[@]}" --output "$columns"
    expect "distill, $kind, $columns columns" 0 0 "epoch 1:"
    check "distill, $kind, $columns columns: whole words" whole
    check "distill, $kind, $columns columns: one line of progress" progress
    check "distill, $kind, $columns columns: at each width" every_width "$columns"
    check "distill, $kind, $columns columns: all lines are there" nothing_lost
  done <<'KINDS'
reflow 80,40,200,60
cut 60,200,40,80
KINDS
  for columns in 40 60 80 200; do
    on_screen reflow "$columns" "$program" check odd
    expect "check, $columns columns" 1 0 "doubled, byte for byte +1"
    check "check, $columns columns: whole words" whole
    on_screen reflow "$columns" "$program" distill --help
    expect "help, $columns columns" 0 0 "Usage:"
    check "help, $columns columns: whole words" whole
  done
  cd "$root" || exit 1
fi
