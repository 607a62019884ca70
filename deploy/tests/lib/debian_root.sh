# shellcheck shell=bash
# A Debian root, and the real package in two revisions, for the tests in deploy/tests/full. Needs messages.sh and expect.sh.

root_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2154  # $work is the folder of expect.sh
root=$work/root
base=$work/base
programs=()

# read_arguments ARGUMENT…: the options of these tests, and a look whether all that they need is there.
read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
        --programs | --base)
            [ $# -ge 2 ] || fail_usage "$1 needs a folder"
            if [ "$1" = --programs ]; then programs=(--programs "$2"); else base=$(absolute "$2"); fi
            shift 2
            ;;
        -h | --help)
            usage "$0"
            exit
            ;;
        *) fail_usage "unknown argument: $1" ;;
        esac
    done
    [ "$(id -u)" -eq 0 ] || fail "a root of its own can only be made by root. Run: sudo $0"
    command -v debootstrap >/dev/null || fail "debootstrap is not installed. Run: apt-get install debootstrap"
    models=$(absolute "$(models_folder)")
    samples=$(absolute "$(samples_folder)")
    [ -d "$models/originals" ] || fail "there are no models in $models. Run: deploy/fetch-models"
    [ -f "$samples/obama.jpg" ] || fail "there are no samples in $samples. Run: deploy/fetch-samples"
}

# make_packages: two revisions of the package, in $work/packages; their names are then in $first and $second.
make_packages() {
    local package=("$root_lib/../../package" "${programs[@]}" --output "$work/packages") log=$work/package.log
    say "building two revisions of the package"
    "${package[@]}" >"$log" || fail "the package could not be built: $(tail -n 5 "$log")"
    sed 's/^/    /' "$log"
    DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 "${package[@]}" --revision 2 >"$log" ||
        fail "the package could not be built: $(tail -n 5 "$log")"
    # shellcheck disable=SC2034  # read by the scripts that source this file
    first=$(basename "$work"/packages/limner_*-1_*.deb)
    # shellcheck disable=SC2034  # read by the scripts that source this file
    second=$(basename "$work"/packages/limner_*-2_*.deb)
}

# make_root: a small Debian in $root, of this machine's own release and from its own mirror.
make_root() {
    local suite mirror
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016  # apt's own format
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n "s/^Debian $suite main //p" | head -n 1)
    [ -n "$mirror" ] || fail "apt on this machine has no mirror of Debian $suite configured, so there is none to make a root from"
    if [ ! -e "$base/etc/debian_version" ]; then
        say "making a Debian $suite root"
        debootstrap --variant=minbase "$suite" "$base" "$mirror" >"$work/debootstrap.log" 2>&1 ||
            fail "debootstrap failed: $(tail -n 5 "$work/debootstrap.log")"
    fi
    cp -a "$base" "$root"
}
