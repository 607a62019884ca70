# shellcheck shell=bash
# The parts of the service and where they go; read by deploy/install, deploy/uninstall and deploy/package. Needs messages.sh.
#
# $prefix and $DESTDIR choose the place. What belongs to systemd lies in /etc, which systemd searches whatever the prefix is, except
# in a Debian package, whose parts have places of their own.

prefix=/usr/local
DESTDIR=${DESTDIR:-}
unit_folder=/etc/systemd/system
systemd_folder=/etc
zsh_folder=share/zsh/site-functions

# debian_places: everything goes to where a Debian package has it.
debian_places() {
    prefix=/usr
    unit_folder=/lib/systemd/system
    systemd_folder=/usr/lib
    zsh_folder=share/zsh/vendor-completions
}

# What limner manual --man writes, and the manual to read without man.
manual_pages=(limner.1 limner.yaml.5 limner-manifest.5 limner-report.5 limner-errors.7 limner-control.7 limnerd.8 limner-fetch-models.8)
manual_texts=(README commands control errors files limnerd manifests operations reports settings troubleshooting)

# service_files: every installed file but the settings and the models, as "MODE TARGET SOURCE" lines. A source that starts with
# "programs/" is a built program, one that starts with "made/" comes from make_service_files, and others lie in the repository.
# MODE "link" makes TARGET a symbolic link to SOURCE: the three programs lie together, because limnerd and limner look for
# limner-worker beside themselves, and limner torture for the two libraries.
service_files() {
    cat <<EOF
755 $prefix/libexec/limner/limner programs/limner
755 $prefix/libexec/limner/limnerd programs/limnerd
755 $prefix/libexec/limner/limner-worker programs/limner-worker
644 $prefix/libexec/limner/liblimner-clock-shift.so programs/liblimner-clock-shift.so
644 $prefix/libexec/limner/liblimner-power-log.so programs/liblimner-power-log.so
755 $prefix/libexec/limner/limner-fetch-models deploy/limner-fetch-models
755 $prefix/libexec/limner/fetch-models deploy/fetch-models
644 $prefix/libexec/limner/assets.tsv deploy/assets.tsv
644 $prefix/libexec/limner/lib/assets.sh deploy/lib/assets.sh
644 $prefix/libexec/limner/lib/messages.sh deploy/lib/messages.sh
644 $prefix/libexec/limner/lib/packages.sh deploy/lib/packages.sh
644 $prefix/libexec/limner/lib/service.sh deploy/lib/service.sh
644 $prefix/libexec/limner/lib/take_file.py deploy/lib/take_file.py
link $prefix/bin/limner ../libexec/limner/limner
link $prefix/bin/limnerd ../libexec/limner/limnerd
link $prefix/sbin/limner-fetch-models ../libexec/limner/limner-fetch-models
$(for text in "${manual_texts[@]}"; do echo "644 $prefix/share/doc/limner/$text.md deploy/manual/$text.md"; done)
$(for page in "${manual_pages[@]}"; do echo "644 $prefix/share/man/man${page##*.}/$page.gz made/$page.gz"; done)
644 $prefix/share/bash-completion/completions/limner made/completion.bash
644 $prefix/$zsh_folder/_limner made/completion.zsh
644 $prefix/share/fish/vendor_completions.d/limner.fish made/completion.fish
644 $unit_folder/limnerd.service made/limnerd.service
644 $systemd_folder/sysusers.d/limner.conf systemd/sysusers.d/limner.conf
644 $systemd_folder/tmpfiles.d/limner.conf systemd/tmpfiles.d/limner.conf
EOF
}

# shellcheck disable=SC2034  # read by the scripts that source this file
service_settings=/etc/limner/limner.yaml
service_root=/var/lib/limner
# shellcheck disable=SC2034  # read by the scripts that source this file
service_models=$service_root/state/models

# make_service_files SOURCE PROGRAMS PARTS: what the programs say of themselves (completions, manual), and the unit, into the folder PARTS.
make_service_files() {
    local source=$1 programs=$2 parts=$3 shell
    sed "s#/usr/local/#$prefix/#g" "$source/systemd/limnerd.service" >"$parts/limnerd.service"
    for shell in bash zsh fish; do
        "$programs/limner" --generate-completion-script "$shell" >"$parts/completion.$shell" ||
            fail "$programs/limner could not write its completions for $shell"
    done
    # bash reads its completions into itself; they are no program.
    sed -i '1{/^#!/d}' "$parts/completion.bash"
    "$programs/limner" manual --man --script "$source/deploy/limner-fetch-models" "$parts" &&
        (cd "$parts" && gzip -9n "${manual_pages[@]}") ||
        fail "the manual could not be made from the programs in $programs (see above)"
}

# install_service_files SOURCE PROGRAMS PARTS: puts every file of service_files under DESTDIR.
install_service_files() {
    local source=$1 programs=$2 parts=$3 mode target origin
    while read -r mode target origin; do
        case $origin in
        ../*) ;;
        programs/*) origin=$programs/${origin#programs/} ;;
        made/*) origin=$parts/${origin#made/} ;;
        *) origin=$source/$origin ;;
        esac
        if [ "$mode" = link ]; then
            mkdir -p "$(dirname "$DESTDIR$target")"
            ln -sfn "$origin" "$DESTDIR$target" || fail "cannot make the link $DESTDIR$target"
        else
            install -D -m "$mode" "$origin" "$DESTDIR$target" || fail "cannot install $DESTDIR$target"
        fi
        say "installed $DESTDIR$target"
    done < <(service_files)
}

# systemd_runs: whether this is a live installation on a machine that systemd runs.
systemd_runs() {
    [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]
}

# check_prefix: fails unless $prefix is absolute and plain enough to stand in a unit file.
check_prefix() {
    case $prefix in
    /*[!A-Za-z0-9._/-]*) fail_usage "the prefix may hold letters, digits, '.', '_', '-' and '/' only: $prefix" ;;
    /*) prefix=${prefix%/} ;;
    *) fail_usage "the prefix must be an absolute path: $prefix" ;;
    esac
}
