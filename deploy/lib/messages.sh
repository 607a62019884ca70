# shellcheck shell=bash
# How every script here speaks: progress on stdout, problems on stderr, both with the script's own name.

# say TEXT…: one line of progress.
say() {
    printf '%s: %s\n' "${0##*/}" "$*"
}

# warn TEXT…: one line about something wrong that does not stop the script.
warn() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# fail TEXT…: what failed, on what, and what to do next; ends the script with status 1.
fail() {
    printf '%s: error: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# fail_usage TEXT…: the command line makes no sense; ends the script with status 2.
fail_usage() {
    printf '%s: %s\nTry: %s --help\n' "${0##*/}" "$*" "$0" >&2
    exit 2
}

# limner_cache: the folder for everything that can be fetched or made again. A relative XDG_CACHE_HOME counts as unset, as the
# XDG base directory specification wants it and as the programs do.
limner_cache() {
    case ${XDG_CACHE_HOME:-} in
    /*) printf '%s/limner\n' "$XDG_CACHE_HOME" ;;
    *)
        [ -n "${HOME:-}" ] || fail "neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder. Set one of them."
        printf '%s/.cache/limner\n' "$HOME"
        ;;
    esac
}

# The two data folders, by the same rule as the programs follow.
models_folder() {
    if [ -n "${LIMNER_MODELS:-}" ]; then printf '%s\n' "$LIMNER_MODELS"; else printf '%s/models\n' "$(limner_cache)"; fi
}

samples_folder() {
    if [ -n "${LIMNER_SAMPLES:-}" ]; then printf '%s\n' "$LIMNER_SAMPLES"; else printf '%s/samples\n' "$(limner_cache)"; fi
}

# absolute PATH: the path, made absolute without asking that it exists.
absolute() {
    case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s/%s\n' "$PWD" "$1" ;;
    esac
}

# usage FILE: prints the comment block at the top of a script as its help.
usage() {
    sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"
}
