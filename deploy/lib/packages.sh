# shellcheck shell=bash
# Debian packages: what is missing, and installing it. Needs messages.sh.

# What Limner is built against, and what its scripts call.
# shellcheck disable=SC2034  # read by the scripts that source this file
limner_packages=(
    ca-certificates
    git
    libcurl4-openssl-dev
    libheif-dev
    libinotifytools0-dev
    libjpeg-dev
    liblcms2-dev
    libopenblas-dev
    libpng-dev
    libsqlite3-dev
    libtiff-dev
    libwebp-dev
    pkg-config
    python3
    python3-venv
    zlib1g-dev
)

# What deploy/package calls besides.
# shellcheck disable=SC2034  # read by the scripts that source this file
packaging_packages=(dpkg-dev)

# What only the tests need: ffmpeg, for films, groff, to check the manual, rsync, as one of the writers, and systemd-analyze, to
# verify the unit.
# shellcheck disable=SC2034  # read by the scripts that source this file
test_packages=("${packaging_packages[@]}" ffmpeg groff-base rsync systemd)

# missing_packages NAME…: prints those that are not installed, one a line.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed$' || printf '%s\n' "$name"
    done
}

# install_packages NAME…: installs what is missing; calls no apt when nothing is.
#
# Root is not asked anything. Another user is asked once on a terminal, and otherwise told the command.
install_packages() {
    command -v dpkg-query >/dev/null ||
        fail "this is not a Debian system (no dpkg-query). Install the counterparts of these packages by hand: $*"
    local -a missing
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        say "all ${#} Debian packages are installed"
        return
    fi
    say "Debian packages to install: ${missing[*]}"

    local -a as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        local command="sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
        if [ ! -t 0 ] || ! command -v sudo >/dev/null; then
            fail "installing packages needs root. Run: $command"
        fi
        local answer
        read -r -p "${0##*/}: install them now with sudo? [y/N] " answer
        case $answer in
        y | Y | yes) as_root=(sudo) ;;
        *) fail "not installed. Run: $command" ;;
        esac
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update --quiet ||
        fail "apt-get update failed (see above). Check the network and /etc/apt, then run this again."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --no-install-recommends "${missing[@]}" ||
        fail "apt-get install failed (see above) for: ${missing[*]}"
}
