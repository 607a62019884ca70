"""Writes the manual pages from what the programs say of themselves, so that the two never differ.

Usage: man_pages.py PROGRAMS FETCH FOLDER

PROGRAMS is the folder of limner and limnerd, FETCH the script that becomes limner-fetch-models. FOLDER gets limner.1, limnerd.8,
limner.yaml.5 and limner-fetch-models.8. Commands and options come from the argument parser's description of itself, settings from
`limner config --explain`, the script's page from the comment that is its help.
"""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile

# An option that so many commands share is described once.
SHARED_BY = 4

SETTINGS_TEXT = """\
One YAML file holds the settings of limnerd and limner. Everything has a default, so that the file holds only what differs. A nested key \
and its dotted form mean the same: `workers.count: 2`, or `count: 2` below `workers:`.

Environment variables go over the file, and flags over both. Every mistake of all three is listed at once, with its line and the nearest \
known name, and nothing starts until they are gone. The daemon reads the file again when it is reloaded."""

FILES = {
    "/etc/limner/limner.yaml": "The settings of the service.",
    "/var/lib/limner": "The root of the service: inbox, outbox, styles, done, quarantine, and the private state.",
    "/var/lib/limner/state/models": "The model store of the service.",
}


def escaped(text):
    """Text as roff wants it: nothing in it is a request or an escape, and minus signs can be copied."""
    text = text.replace("\\", "\\[rs]").replace("-", "\\-").replace("`", "\\[ga]").replace("^", "\\[ha]").replace("~", "\\[ti]")
    text = "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def prose(text):
    """Running text: `code` becomes bold, an empty line a paragraph."""
    paragraphs = [re.sub(r"\s*\n\s*", " ", part).strip() for part in re.split(r"\n\s*\n", text.strip())]
    parts = []
    for paragraph in paragraphs:
        pieces = re.split(r"`([^`]*)`", paragraph)
        bold = [rf"\fB{escaped(piece)}\fR" if index % 2 else escaped(piece) for index, piece in enumerate(pieces)]
        parts.append(re.sub(r"^([.'])", r"\\&\1", "".join(bold)))
    return "\n.PP\n".join(parts)


def item(head, text):
    return f".TP\n{head}\n{text}"


class Page:
    def __init__(self, name, section, version, summary):
        self.name, self.section = name, section
        self.parts = [
            f'.TH "{escaped(name.upper())}" "{section}" "" "Limner {escaped(version)}" ""',
            # A page of options reads better without hyphens at its line ends.
            ".nh\n.ad l",
            f".SH NAME\n{escaped(name)} \\- {escaped(summary)}",
        ]

    def add(self, heading, *parts):
        self.parts.append("\n".join([f".SH {heading}", *parts]))

    def write(self, folder):
        with open(os.path.join(folder, f"{self.name}.{self.section}"), "w", encoding="ascii") as file:
            file.write("\n".join(self.parts) + "\n")


def see_also(*pages):
    return ", ".join(rf"\fB{escaped(name)}\fR({section})" for name, section in pages) + "."


def spelled(argument):
    """How an argument is written: `-o`, `--output` <file>."""
    value = escaped(argument.get("valueName", ""))
    if argument["kind"] == "positional":
        return rf"\fI{value}\fR" + (" ..." if argument["isRepeating"] else "")
    names = [rf"\fB{escaped(('--' if n['kind'] == 'long' else '-') + n['name'])}\fR" for n in argument["names"]]
    return ", ".join(names) + (rf" \fI{value}\fR" if argument["kind"] == "option" else "")


def described(argument):
    facts = [prose(argument["abstract"])] if argument.get("abstract") else []
    if argument.get("discussion"):
        facts.append(prose(argument["discussion"]))
    if argument.get("allValues"):
        facts.append("One of " + escaped(", ".join(argument["allValues"])) + ".")
    if argument.get("defaultValue"):
        facts.append(f"Default: {escaped(argument['defaultValue'])}.")
    return "\n".join(facts)


def synopsis(words, arguments):
    """One line: the command, its own options in brackets unless they are needed, its operands."""
    line = [rf"\fB{escaped(words)}\fR"]
    for argument in sorted(arguments, key=lambda a: a["kind"] == "positional"):
        text = spelled({**argument, "names": argument.get("names", [])[-1:]})
        if argument["kind"] != "positional" and argument["isRepeating"]:
            text += " ..."
        line.append(f"[{text}]" if argument["isOptional"] else text)
    return " ".join(line)


def leaves(command, words=""):
    """Every command that does something, with all its words, in the parser's order."""
    words = f"{words} {command['commandName']}".strip()
    inner = [c for c in command.get("subcommands", []) if c["commandName"] != "help" and c["shouldDisplay"]]
    if not inner:
        yield words, command
    for child in inner:
        yield from leaves(child, words)


def shown(command):
    return [a for a in command.get("arguments", []) if a["shouldDisplay"]]


def split_exit_status(discussion):
    """The discussion without its line of exit statuses, and those as (number, meaning)."""
    lines = discussion.splitlines()
    statuses = [line for line in lines if line.startswith("Exit status: ")]
    rest = "\n\n".join(line for line in lines if line not in statuses)
    pairs = [text.split(" ", 1) for line in statuses for text in line.removeprefix("Exit status: ").rstrip(".").split("; ")]
    return rest, pairs


def limner_page(command, version):
    page = Page("limner", 1, version, "the command line of Limner, an unattended studio for pictures")
    commands = list(leaves(command))
    uses = collections.Counter(json.dumps(a, sort_keys=True) for _, c in commands for a in shown(c))
    shared = [json.loads(text) for text, count in uses.items() if count >= SHARED_BY]
    page.add("SYNOPSIS", r"\fBlimner\fR \fIcommand\fR [\fIoption\fR ...] [\fIargument\fR ...]")
    rest, statuses = split_exit_status(command.get("discussion", ""))
    page.add("DESCRIPTION", prose(command["abstract"] + "\n\n" + rest))
    parts = []
    for words, child in commands:
        own = [a for a in shown(child) if a not in shared]
        needed = [a for a in own if a["kind"] == "positional" or not a["isOptional"]]
        line = synopsis(words, needed) + (r" [\fIoption\fR ...]" if len(own) > len(needed) else "")
        parts += [f".SS {escaped(words.removeprefix('limner '))}", line, ".PP", prose(child.get("abstract", ""))]
        if child.get("discussion"):
            parts += [".PP", prose(child["discussion"])]
        parts += [item(spelled(a), described(a)) for a in own if described(a)]
    page.add("COMMANDS", *parts)
    page.add("OPTIONS OF MOST COMMANDS", *(item(spelled(a), described(a)) for a in shared))
    page.add("EXIT STATUS", *(item(rf"\fB{number}\fR", prose(meaning[0].upper() + meaning[1:] + ".")) for number, meaning in statuses))
    page.add("FILES", *(item(rf"\fI{escaped(path)}\fR", prose(text)) for path, text in FILES.items()))
    page.add("SEE ALSO", see_also(("limnerd", 8), ("limner.yaml", 5), ("limner-fetch-models", 8)))
    return page


def limnerd_page(command, version):
    page = Page("limnerd", 8, version, "the daemon of Limner, an unattended studio for pictures")
    page.add("SYNOPSIS", synopsis("limnerd", [a for a in shown(command) if a["valueName"] not in ("version", "help")]))
    page.add("DESCRIPTION", prose(command["abstract"] + "\n\n" + command.get("discussion", "")))
    page.add("OPTIONS", *(item(spelled(a), described(a)) for a in shown(command)))
    page.add("FILES", *(item(rf"\fI{escaped(path)}\fR", prose(text)) for path, text in FILES.items()))
    page.add("SEE ALSO", see_also(("limner", 1), ("limner.yaml", 5), ("limner-fetch-models", 8), ("systemctl", 1)))
    return page


def settings_page(entries, version):
    page = Page("limner.yaml", 5, version, "the settings of Limner")
    page.add("SYNOPSIS", r"\fI/etc/limner/limner.yaml\fR")
    page.add("DESCRIPTION", prose(SETTINGS_TEXT))
    parts = []
    for entry in entries:
        facts = [f"Value: {entry['expected']}."]
        if entry["builtIn"]:
            facts.append(f"Default: {entry['builtIn']}.")
        facts.append(f"Variable: {entry['environment']}.")
        parts.append(item(rf"\fB{escaped(entry['key'])}\fR", prose(entry["summary"]) + "\n.br\n" + escaped(" ".join(facts))))
    page.add("SETTINGS", *parts)
    page.add("SEE ALSO", see_also(("limner", 1), ("limnerd", 8)))
    return page


def script_page(text, version):
    """A page from the comment at the top of a script: `Usage: …`, an empty line, paragraphs of which the first names it."""
    comment = re.match(r"#![^\n]*\n((?:#[^\n]*\n)+)", text).group(1)
    usage, *paragraphs = re.sub(r"^# ?", "", comment, flags=re.MULTILINE).strip().split("\n\n")
    words = usage.removeprefix("Usage: ").split()
    summary = paragraphs[0].split(". ")[0].replace("\n", " ").rstrip(".")
    page = Page(os.path.basename(words[0]), 8, version, summary[0].lower() + summary[1:])
    page.add("SYNOPSIS", rf"\fB{escaped(os.path.basename(words[0]))}\fR " + escaped(" ".join(words[1:])))
    page.add("DESCRIPTION", prose("\n\n".join(paragraphs)))
    page.add("SEE ALSO", see_also(("limner", 1), ("limnerd", 8)))
    return page


def ask(program, *arguments):
    """A program's answer; it sees no settings of whoever asks."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    answer = subprocess.run([program, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)} ended with status {answer.returncode}: no manual page can be made from it")
    return answer.stdout


def ask_json(program, *arguments):
    try:
        return json.loads(ask(program, *arguments))
    except ValueError as error:
        sys.exit(f"{program} {' '.join(arguments)} did not answer in JSON ({error}): no manual page can be made from it")


def main(programs, fetch, folder):
    limner, limnerd = (os.path.join(programs, name) for name in ("limner", "limnerd"))
    version = ask(limner, "--version").strip()
    described_by = [ask_json(program, "--experimental-dump-help")["command"] for program in (limner, limnerd)]
    with tempfile.NamedTemporaryFile(suffix=".yaml") as nothing:
        settings = ask_json(limner, "config", "--local", "--explain", "--json", "--config", nothing.name)
    with open(fetch, encoding="utf-8") as file:
        script = file.read()
    limner_page(described_by[0], version).write(folder)
    limnerd_page(described_by[1], version).write(folder)
    settings_page(settings["entries"], version).write(folder)
    script_page(script, version).write(folder)


if __name__ == "__main__":
    main(*sys.argv[1:4])
