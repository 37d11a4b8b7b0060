# Pictures as people have them: kinds that the library alone does not read, names that lie, turned ones.

files=$root/tests/PromptKD.Tests/Data/Decoding/Files
mkdir -p "$here/mixed"
cp "$files"/{phone.heic,turned.avif,turned6.tif,cmyk.tif,grey16.png,later.jfif,few.jpe} "$here/mixed"
cp "$files/phone.heic" "$here/mixed/IMG_1.jpg"

run promptkd distill --recipe paper --images "$here/mixed" --teacher "$teacher" --student "$student" --classes "red square,blue circle" \
  --epochs 1 --batch-size 4 --precision fp32 --output "$here/run"
expect "a phone's folder is learned from" 0 - "student"
check "the package says that pictures are upright" grep -q '"upright": true' "$here/run/student/model.json"
student_package=$here/run/student

run promptkd predict --model "$student_package" "$here/mixed"
expect "every kind is read, and a HEIC named .jpg by its content" 0 0 "IMG_1.jpg"
check "there is a line for each of the eight" test "$(wc -l <"$work/out")" = 8

printf '<html>404</html>' >"$here/page.jpg"
run promptkd predict --model "$student_package" "$here/page.jpg"
expect "a web page named .jpg is called one" 2 - "page.jpg.*a web page"

run promptkd predict --model "$student_package" --upright --no-upright "$here/mixed"
expect "upright and not upright" 2 1 "--upright and --no-upright are both given"

run promptkd predict --model "$student_package" --json "$files/turned1.jpg" "$files/turned6.jpg"
cp "$work/out" "$here/upright"
run promptkd predict --model "$student_package" --json --no-upright "$files/turned1.jpg" "$files/turned6.jpg"
check "a turned picture is seen otherwise with --no-upright" \
  test "$(sed -n 2p "$here/upright" | sed 's/.*classes//')" != "$(sed -n 2p "$work/out" | sed 's/.*classes//')"
check "one that lies upright is not" \
  test "$(sed -n 1p "$here/upright")" = "$(sed -n 1p "$work/out")"
