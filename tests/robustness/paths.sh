# Wrong values for each option that is a path, of each verb: one line and exit code 2, or it works.
#
# There are some 2,500 pairs; each 43rd is tried, all of them with ROBUSTNESS_EVERY=1.

every=${ROBUSTNESS_EVERY:-43}
given=$here/given
mkdir -p "$given/empty" "$given/photos" "$given/dtd"
cp "$pictures"/photos/000[1-8].png "$given/photos"
echo "no picture" >"$given/file"
cp "$given/photos/0001.png" "$given/other.png"
ln -s "$given/nowhere" "$given/dangling"
ln -s "$given/loop" "$given/loop"
mkfifo "$given/pipe"
! command -v python3 >/dev/null \
  || python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$given/socket"
wrong=("" " " $'\t' "$given/missing" "$given/missing/" "$given/file" "$given/file/" "$given/file/below" "$given/empty" "$given/empty/"
  "$given/dangling" "$given/loop" /dev/null /dev/zero "$given/pipe" "$given/socket" "$given/other.png" "$given/photos/*.png"
  "$given/$(printf 'x%.0s' $(seq 5000))" "$given/$(printf 'x/%.0s' $(seq 2500))" $'a\nb' $'a\e[31mb' $'\xff\xfe' $'\u202Ereversed'
  "~/photos" '$HOME/photos' . / - -- --output "https://example.org/a.zip" 'C:\photos' /proc/self/mem "$given/photos;ls" "a,b")

# tried WORD …: a command line, in which @ stands for the wrong value. Ends well, or in one line of error.
number=0 pairs=0 bad=0
tried() {
  local value words word name=""
  for word in "$@"; do
    [ "$word" = @ ] && break
    name=$word
  done
  for value in "${wrong[@]}"; do
    number=$((number + 1))
    [ $((number % every)) = 0 ] || continue
    pairs=$((pairs + 1))
    words=()
    for word in "$@"; do
      [ "$word" = @ ] && words+=("$value") || words+=("$word")
    done
    rm -rf "$given/out"
    code=0
    (cd "$given/empty" && exec timeout 30 "$program" "${words[@]}") >"$work/out" 2>"$work/err" </dev/null || code=$?
    fault=""
    case $code in
      0) ;;
      1) [ "$1" = check ] || fault="exit code 1" ;;
      2)
        # What cannot be made of a benchmark is a warning, and stands in its report; the last line says that much is missing.
        [ "$(grep -c '^promptkd: ' "$work/err")" = 1 ] || fault="not one line of error"
        ;;
      *) fault="exit code $code" ;;
    esac
    ! grep -qE '^ +at [A-Z][A-Za-z.]+|Unhandled exception' "$work/out" "$work/err" || fault+=", a stack trace"
    ! LC_ALL=C grep -q "$(printf '\033')" "$work/out" "$work/err" || fault+=", an escape sequence"
    if [ -n "$fault" ]; then
      bad=$((bad + 1))
      printf 'BROKEN  %s %s %.60q: %s: %.200s\n' "$1" "$name" "$value" "$fault" "$(tail -1 "$work/err")"
    fi
  done
}

coop=(--config-file "$root/configs/trainers/CoOp/vit_b16_ep50.yaml" --trainer CoOp --student "$student")
dtd=(--dataset-config-file "$root/configs/datasets/dtd.yaml")
models=(--teacher "$teacher" --student "$student" --epochs 1 --batch-size 8)
tried distill --images @ --classes a,b "${models[@]}" --output "$given/out"
tried distill --classes @ --images "$given/photos" "${models[@]}" --output "$given/out"
tried distill --val @ --images "$given/photos" --classes a,b "${models[@]}" --output "$given/out"
tried distill --labelled @ --images "$given/photos" "${models[@]}" --output "$given/out"
tried distill --config @ --images "$given/photos" --classes a,b "${models[@]}" --output "$given/out"
tried distill --vocab @ --images "$given/photos" --classes a,b "${models[@]}" --output "$given/out"
tried distill --teacher-prompts @ --images "$given/photos" --classes a,b "${models[@]}" --output "$given/out"
tried distill --store @ --images "$given/photos" --classes a,b --student "$student" --output "$given/out"
tried distill --teacher @ --images "$given/photos" --classes a,b --student "$student" --output "$given/out"
tried distill --student @ --images "$given/photos" --classes a,b --teacher "$teacher" --output "$given/out"
tried distill --output @ --images "$given/missing" --classes a,b "${models[@]}"
tried teach --data @ --clip "$plain_teacher" --output "$given/out"
tried teach --clip @ --data "$pictures/test" --output "$given/out"
tried teach --val @ --data "$pictures/test" --clip "$plain_teacher" --output "$given/out" --epochs 0
tried teach --classes @ --data "$pictures/test" --clip "$plain_teacher" --output "$given/out" --epochs 0
tried teach --output @ --data "$given/missing" --clip "$plain_teacher"
tried train --root @ "${dtd[@]}" "${coop[@]}" --output-dir "$given/out"
tried train --dataset-config-file @ --root "$given" "${coop[@]}" --output-dir "$given/out"
tried train --config-file @ --root "$given" --trainer CoOp --student "$student" --output-dir "$given/out"
tried train --output-dir @ --root "$given" "${dtd[@]}" "${coop[@]}"
tried train --resume @ --root "$given" "${dtd[@]}" "${coop[@]}" --output-dir "$given/out"
tried train --model-dir @ --eval-only --root "$given" "${dtd[@]}" "${coop[@]}" --output-dir "$given/out"
tried features --images @ --teacher "$teacher" --views 1 --output "$given/out"
tried features --teacher @ --images "$given/photos" --views 1 --output "$given/out"
tried features --output @ --images "$given/missing" --teacher "$teacher" --views 1
tried features --check @
tried predict --model @ "$given/photos"
tried predict --model "$given/missing" @
tried evaluate --model @ --data "$pictures/test"
tried evaluate --data @ --model "$given/missing"
tried check @
tried check --classes @ "$given/photos"
tried probe --clip @ --train "$pictures/test" --val "$pictures/test" --test "$pictures/test" --shots 1
tried probe --train @ --clip "$plain_teacher" --val "$pictures/test" --test "$pictures/test" --shots 1
tried interpret --prompts @ --clip "$plain_teacher"
tried interpret --clip @ --prompts "$given/file"
tried report @
tried report --output @ "$given/missing"
tried benchmark base2new --root @ --datasets dtd --seeds 1 --trainer ZeroshotCLIP --student "$student" --output "$given/out"
tried benchmark base2new --configs @ --root "$given" --datasets dtd --seeds 1 --output "$given/out"
tried datasets check --root @ dtd
tried preview --teacher @ --classes a,b --images "$given/photos"
tried preview --classes @ --teacher "$teacher" --images "$given/photos"
tried preview --images @ --teacher "$teacher" --classes a,b
tried preview --output @ --teacher "$teacher" --classes a,b --images "$given/missing"
tried preview --teacher-prompts @ --teacher "$teacher" --classes a,b --images "$given/photos"
tried preview --vocab @ --teacher "$teacher" --classes a,b --images "$given/photos"
tried classes list --model @
tried classes add x --model @ --teacher "$teacher" --output "$given/out"
tried classes add x --teacher @ --model "$given/missing" --output "$given/out"
tried classes rename a b --model @ --output "$given/out"
tried classes rename a b --output @ --model "$given/missing"
tried classes remove a --model @ --in-place
tried export --checkpoint @ --student "$student" --classes a,b --output "$given/out"
tried export --student @ --checkpoint "$given/file" --classes a,b --output "$given/out"
tried export --classes @ --checkpoint "$given/file" --student "$student" --output "$given/out"
tried export --output @ --checkpoint "$given/file" --student "$student" --classes a,b
tried embed --images @ --clip "$student" --output "$given/out" --no-map
tried embed --clip @ --images "$given/photos" --output "$given/out"
tried embed --student @ --images "$given/photos" --output "$given/out"
tried embed --output @ --images "$given/missing" --clip "$student"
tried embed --root @ --dataset dtd --clip "$student" --output "$given/out"
tried probe --root @ --dataset dtd --clip "$plain_teacher"
tried features --root @ --dataset dtd --teacher "$teacher" --output "$given/out"
tried predict --output @ --model "$given/missing" "$given/photos"
tried predict --sort-into @ --model "$given/missing" "$given/photos"
tried evaluate --confusion @ --model "$given/missing" --data "$pictures/test"
tried evaluate --mistakes @ --model "$given/missing" --data "$pictures/test"
tried recipes @
tried benchmark ablation @ --root "$given" --output "$given/out"
tried demo --pictures-only --pictures 1 --output @
: >"$work/out" && : >"$work/err"
[ "$bad" = 0 ] && verdict "$pairs of $number pairs of a path and a wrong value" "" \
  || verdict "$pairs of $number pairs of a path and a wrong value" " $bad end otherwise;"
