"""Runs a command in a pseudo-terminal, and prints what its screen shows at the end.

    terminal.py KIND COLUMNS[,COLUMNS] RAW COMMAND ...

KIND is what becomes of the rows when the window changes: "reflow" breaks long lines anew (VTE, kitty, Windows Terminal),
"cut" cuts them off where a narrower window ends (xterm, the Linux console). Further widths are what the window is
resized to, one behind the other, each when a training's progress has been shown at the one before. RAW receives every
piece that was written between two movements of the cursor, one a line: none may be wider than the window was then.
Lines that were broken within a word when they were written are marked with "BROKEN "; behind all lines, those that
were printed whole and are not on the screen any more, with "LOST ".
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
START = 20  # Letters by which a printed line is known again: fewer than the narrowest window has columns.


class Screen:
    """Lines as they were written, and a cursor in one of them: its rows follow from the width."""

    def __init__(self, columns, reflows):
        self.columns, self.reflows = columns, reflows
        self.lines, self.line, self.place = [""], 0, 0
        self.behind = False  # Whether a letter was just written: behind the last column the cursor stays in its row.
        self.broken, self.pieces, self.printed = set(), [], []

    def feed(self, text):
        for count, name, control, plain, _ in TOKENS.findall(text):
            if control == "\r":
                self.place, self.behind = self.row() * self.columns, False
            elif control == "\n":
                self.printed.append(self.lines[self.line][:START].rstrip())
                self.line, self.place, self.behind = self.line + 1, 0, False
            elif name == "A":
                for _ in range(int(count or 1)):
                    self.up()
            elif name == "J":
                self.lines[self.line] = self.lines[self.line][: self.place]
                del self.lines[self.line + 1 :]
                self.broken = {line for line in self.broken if line < self.line}
            elif plain:
                self.pieces.append((self.columns, plain))
                for place, letter in enumerate(plain):
                    self.put(letter, plain[place - 1] if place else " ")
            while len(self.lines) <= self.line:
                self.lines.append("")

    def resize(self, columns):
        if not self.reflows:
            self.cut(columns)
        self.columns = columns

    # Each row becomes a line of its own, as long as the window is wide.
    def cut(self, columns):
        rows, broken, cursor = [], set(), 0
        for number, line in enumerate(self.lines):
            if number == self.line:
                cursor = len(rows) + self.row()
            if number in self.broken:
                broken.add(len(rows))
            rows += [line[start : start + self.columns][:columns] for start in range(0, len(line) or 1, self.columns)]
        self.place = min(self.place - self.row() * self.columns, columns - 1)
        self.lines, self.broken, self.line, self.behind = rows, broken, cursor, False
        while len(self.lines) <= cursor:
            self.lines.append("")

    # The row of the cursor in its line.
    def row(self):
        return (self.place - self.behind) // self.columns

    def up(self):
        column = self.place % self.columns
        if self.row() > 0:
            self.place -= self.columns
        elif self.line > 0:
            self.line -= 1
            self.place = max(len(self.lines[self.line]) - 1, 0) // self.columns * self.columns + column

    def put(self, letter, before):
        if self.place and self.place % self.columns == 0 and letter != " " and before != " ":
            self.broken.add(self.line)
        line = self.lines[self.line].ljust(self.place)
        self.lines[self.line] = line[: self.place] + letter + line[self.place + 1 :]
        self.place, self.behind = self.place + 1, True

    # What was printed and is not there, in this order.
    def lost(self):
        missing, place = [], 0
        for text in filter(None, self.printed):
            found = [number for number in range(place, len(self.lines)) if self.lines[number].startswith(text)]
            place = found[0] + 1 if found else place
            missing += [] if found else [text]
        return missing


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))


def main():
    kind, raw_path, command = sys.argv[1], sys.argv[3], sys.argv[4:]
    widths = [int(width) for width in sys.argv[2].split(",")]
    child, terminal = pty.fork()
    if child == 0:
        resize(0, widths[0])
        os.execvpe(command[0], command, dict(os.environ, TERM="xterm"))
    screen = Screen(widths[0], kind == "reflow")
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
            screen.resize(widths[0])
            resize(terminal, screen.columns)
    _, status = os.waitpid(child, 0)
    with open(raw_path, "w", encoding="utf-8") as raw:
        raw.writelines(f"{columns}\t{piece}\n" for columns, piece in screen.pieces)
    for number, line in enumerate(screen.lines):
        print(("BROKEN " if number in screen.broken else "") + line.rstrip())
    for text in screen.lost():
        print("LOST " + text)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
