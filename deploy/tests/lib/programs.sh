# shellcheck shell=bash
# Programs for the tests of installation and package: small ones, which need only what Debian has, and hand over to those of the
# build. Needs messages.sh, build.sh and expect.sh.

# built_programs: prints the folder of the programs that were built for the tests.
built_programs() {
    local folder
    folder=$(dirname "$(built_program limner)")
    [ -x "$folder/limner" ] || broken "there is no $folder/limner. Run deploy/test, which builds first."
    printf '%s\n' "$folder"
}

# make_programs BUILT FOLDER: the three programs and the two libraries, in FOLDER.
make_programs() {
    local built=$1 folder=$2 name compiler
    compiler=$(dirname "$(command -v swift)")/clang
    mkdir -p "$folder"
    cat >"$folder/program.c" <<'EOF'
#include <unistd.h>
#include <zlib.h>

/* zlib stands for the libraries of the real programs: it has to be found among the package's dependencies. */
int main(int count, char **arguments) {
    if (zlibVersion()[0] == 0) return 1;
    execv(PROGRAM, arguments);
    return 127;
}
EOF
    for name in limner limnerd limner-worker; do
        "$compiler" -O1 -DPROGRAM="\"$built/$name\"" -o "$folder/$name" "$folder/program.c" -lz || broken "no $name could be compiled"
    done
    rm "$folder/program.c"
    build_preloaded CClockShift "$folder/liblimner-clock-shift.so"
    build_preloaded CPowerLog "$folder/liblimner-power-log.so"
}
