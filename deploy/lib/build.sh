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
    # SwiftPM writes a package's traits in the order of a hash table; in another order they count as changed flags.
    export SWIFT_DETERMINISTIC_HASHING=1
    say "building (the first build also fetches and builds the Swift packages; it takes some minutes)"
    swift build "${swift_flags[@]}" "$@" || fail "the build failed (see above)"
}

# built_program NAME: the path of a program that was built.
built_program() {
    printf '%s/%s\n' "$(swift build "${swift_flags[@]}" --show-bin-path)" "$1"
}

# build_service_programs: builds the programs of the service; their folder is then in $programs.
#
# They are programs of their own: with the Swift runtime inside, since the service cannot see a toolchain in a home folder, without
# the flags of the tests, and bound to their libraries at start, so that the tables of addresses can be made read-only.
build_service_programs() {
    require_swift
    "$limner_source/deploy/install-packages"
    swift_flags=(--package-path "$limner_source" -c release --static-swift-stdlib --scratch-path "$limner_source/.build-install")
    swift_flags+=(-Xlinker -z -Xlinker now)
    build_limner --product limnerd
    build_limner --product limner
    build_limner --product limner-worker
    # shellcheck disable=SC2034  # read by the scripts that source this file
    programs=$(dirname "$(built_program limner)")
    build_preloaded CClockShift "$programs/liblimner-clock-shift.so"
    build_preloaded CPowerLog "$programs/liblimner-power-log.so"
}

# build_preloaded TARGET LIBRARY: a library that limner torture has loaded into other programs. SwiftPM would link it with the
# Swift runtime, static or not, of which it needs nothing.
build_preloaded() {
    local folder=$limner_source/Sources/$1
    "$(dirname "$(command -v swift)")/clang" -O2 -fPIC -shared -Wl,-z,relro,-z,now -D_FORTIFY_SOURCE=2 \
        -I"$folder/include" -o "$2" "$folder/$1.c" || fail "$2 could not be built (see above)"
}
