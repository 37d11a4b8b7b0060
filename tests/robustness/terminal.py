"""Runs a command in a pseudo-terminal, and prints what its screen shows at the end.

    terminal.py COLUMNS[,COLUMNS] RAW COMMAND ...

Further widths are what the window is resized to, one behind the other, each when a training's progress has been shown
at the one before. RAW receives every piece that
was written between two movements of the cursor, one a line: none may be wider than the window was then. The screen
breaks long lines as a terminal does, and marks rows that were broken within a word with "BROKEN ".
"""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

TOKENS = re.compile(r"\x1b\[(\d*)([A-Za-z])|\x1b\[[?\d;]*[hlm]|([\r\n])|([^\x1b\r\n]+)|(\x1b.)")
PROGRESS = re.compile(r"batch \d+/\d+")


class Screen:
    def __init__(self, columns):
        self.columns, self.rows, self.row, self.column = columns, [""], 0, 0
        self.broken, self.pieces = set(), []

    def feed(self, text):
        for count, name, control, plain, _ in TOKENS.findall(text):
            if control == "\r":
                self.column = 0
            elif control == "\n":
                self.row += 1
                self.column = 0
            elif name == "A":
                self.row = max(0, self.row - int(count or 1))
            elif name == "J":
                self.rows[self.row] = self.rows[self.row][: self.column]
                del self.rows[self.row + 1 :]
                self.broken = {row for row in self.broken if row < self.row}
            elif plain:
                self.pieces.append((self.columns, plain))
                for place, letter in enumerate(plain):
                    self.put(letter, plain[place - 1] if place else " ")
            while len(self.rows) <= self.row:
                self.rows.append("")

    def put(self, letter, before):
        if self.column == self.columns:
            if letter != " " and before != " ":
                self.broken.add(self.row)
            self.row += 1
            self.column = 0
        while len(self.rows) <= self.row:
            self.rows.append("")
        line = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = line[: self.column] + letter + line[self.column + 1 :]
        self.column += 1


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))


def main():
    widths = [int(width) for width in sys.argv[1].split(",")]
    child, terminal = pty.fork()
    if child == 0:
        resize(0, widths[0])
        os.execvpe(sys.argv[3], sys.argv[3:], dict(os.environ, TERM="xterm"))
    screen = Screen(widths[0])
    while True:
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:
            break
        if not data:
            break
        text = data.decode("utf-8", "replace")
        screen.feed(text)
        if len(widths) > 1 and PROGRESS.search(text):
            widths.pop(0)
            screen.columns = widths[0]
            resize(terminal, screen.columns)
    _, status = os.waitpid(child, 0)
    with open(sys.argv[2], "w", encoding="utf-8") as raw:
        raw.writelines(f"{columns}\t{piece}\n" for columns, piece in screen.pieces)
    for number, row in enumerate(screen.rows):
        print(("BROKEN " if number in screen.broken else "") + row.rstrip())
    sys.exit(os.waitstatus_to_exitcode(status))


main()
