# The program ends in one line where a word or a file is wrong.

run promptkd distil
expect "an unknown verb" 2 1 "no command or option 'distil'"

run promptkd predict --model "$here/none" "$pictures/test"
expect "a package that is not there" 2 1 "$here/none"
