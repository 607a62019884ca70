# shellcheck shell=sh
# remove_tree FOLDER: removes a folder with all that is in it, but not what an administrator has mounted below: that stays, and the folders
# that lead to it. Status 1 when anything stays. Read by deploy/uninstall; deploy/package writes it into the package's postrm.
remove_tree() {
    tree=$(readlink -m "$(dirname "$1")")/$(basename "$1")
    # A mount of the same disk is told by no device number, so mounts are asked for.
    if ! [ -r /proc/self/mountinfo ]; then
        echo "/proc/self/mountinfo does not say what is mounted below $tree, which stays" >&2
        return 1
    fi
    set --
    while read -r _ _ _ _ mounted _; do
        mounted=$(mount_point "$mounted")
        case $mounted in "$tree"/*)
            # By its path, as not every mount lets root look at it; all below, as -depth undoes -prune.
            pattern=$(printf '%s' "$mounted" | sed 's/[][*?\\]/\\&/g')
            set -- "$@" -path "$pattern" -prune -o -path "$pattern/*" -prune -o
            echo "$mounted is mounted, and stays" >&2
            ;;
        esac
    done </proc/self/mountinfo
    if [ $# -eq 0 ]; then
        rm -rf --one-file-system "$tree"
        return
    fi
    # From within each folder: others may write here, and put a link into the way of a path.
    find "$tree" -xdev "$@" ! -type d -execdir rm -f -- '{}' +
    # Those that hold nothing any more, the lower ones first.
    find "$tree" -xdev -depth "$@" -type d -execdir rmdir --ignore-fail-on-non-empty -- '{}' \; 2>/dev/null || true
    return 1
}

# mount_point FIELD: the path that a field of mountinfo(5) tells, where spaces are \040. A digit may follow, and %b takes up to three after
# \0.
mount_point() {
    printf '%b' "$(printf '%s' "$1" | sed 's/\\\([0-7]\{3\}\)/\\0\1/g')"
}
