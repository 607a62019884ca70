# shellcheck shell=bash
# What the tests of the deploy scripts share: a temporary folder, and expectations that count.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
held=0

# broken TEXT…: an expectation does not hold; ends the test.
broken() {
    printf '%s: expectation %d: %s\n' "${0##*/}" $((held + 1)) "$*" >&2
    exit 1
}

# expect STATUS PATTERN COMMAND…: the command ends with STATUS and a line of its output matches PATTERN. What it said is then in $output.
expect() {
    local status=$1 pattern=$2 found=0
    shift 2
    output=$("$@" 2>&1) || found=$?
    [ "$found" -eq "$status" ] || broken "$* ended with status $found, not $status:"$'\n'"$output"
    grep -q -- "$pattern" <<<"$output" || broken "no line of $* matches '$pattern':"$'\n'"$output"
    held=$((held + 1))
}

# expect_files FOLDER NAME…: the folder holds exactly these, in ls order.
expect_files() {
    local folder=$1 found
    shift
    found=$(cd "$folder" && LC_ALL=C find . -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort | tr '\n' ' ')
    [ "$found" = "$* " ] || broken "$folder holds '$found', not '$* '"
    held=$((held + 1))
}

# passed: the closing line.
passed() {
    printf '%s: %d expectations hold\n' "${0##*/}" "$held"
}
