# shellcheck shell=bash
# Building with SwiftPM, the same way for every script. Needs messages.sh.

limner_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# One set of flags for programs and tests: with two, SwiftPM would build every dependency twice in turn.
# Release because the networks are unusably slow in a debug build; -enable-testing so that the tests see inside.
swift_flags=(--package-path "$limner_source" -c release -Xswiftc -enable-testing)

# require_swift: makes sure of a Swift that can read Package.swift.
require_swift() {
    command -v swift >/dev/null ||
        fail "there is no swift on the PATH. Install Swift 6.3 or later (swift.org/install) and run this again."
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ "$(printf '6.3\n%s\n' "${version:-0}" | sort -V | head -n 1)" = 6.3 ] ||
        fail "Swift ${version:-of unknown version} is too old. Install Swift 6.3 or later (swift.org/install)."
}

# build_limner ARGUMENT…: swift build with those arguments; compiler output goes to the terminal.
# shellcheck disable=SC2120  # some callers build everything
build_limner() {
    say "building (the first build also fetches and builds the Swift packages; it takes some minutes)"
    swift build "${swift_flags[@]}" "$@" || fail "the build failed (see above)"
}

# built_program NAME: the path of a program that was built.
built_program() {
    printf '%s/%s\n' "$(swift build "${swift_flags[@]}" --show-bin-path)" "$1"
}
