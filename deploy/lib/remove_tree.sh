# shellcheck shell=sh
# remove_tree FOLDER: removes a folder with all that is in it, but not what an administrator has mounted below: that stays, and the folders
# that lead to it. Status 1 when anything stays. Read by deploy/uninstall; deploy/package writes it into the package's postrm.
remove_tree() {
    tree=$(readlink -m "$(dirname "$1")")/$(basename "$1")
    set --
    # A mount of the same disk is told by no device number, so mounts are asked for; their spaces are written \040.
    while read -r _ _ _ _ mounted _; do
        mounted=$(printf '%b' "$mounted")
        case $mounted in "$tree"/*) set -- "$@" -samefile "$mounted" -prune -o ;; esac
    done </proc/self/mountinfo
    if [ $# -eq 0 ]; then
        rm -rf --one-file-system "$tree"
        return
    fi
    find "$tree" -xdev "$@" ! -type d -exec rm -f '{}' +
    # Those that hold nothing any more, the lower ones first.
    find "$tree" -xdev "$@" -type d -print0 | sort -rz | xargs -0 -r rmdir --ignore-fail-on-non-empty 2>/dev/null || true
    while read -r _ _ _ _ mounted _; do
        mounted=$(printf '%b' "$mounted")
        case $mounted in "$tree"/*) echo "$mounted is mounted, and stays" >&2 ;; esac
    done </proc/self/mountinfo
    return 1
}
