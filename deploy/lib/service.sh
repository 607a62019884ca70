# shellcheck shell=bash
# Where the parts of the service go; read by deploy/install and deploy/uninstall. Needs messages.sh.
#
# $prefix and $DESTDIR choose the place. What belongs to systemd and the settings always lie in /etc, which systemd
# searches whatever the prefix is.

prefix=/usr/local
DESTDIR=${DESTDIR:-}

# service_files: every installed file but the settings and the models, as "MODE TARGET SOURCE" lines. A source that starts with
# "programs/" is a built program, one that starts with "made/" is made by deploy/install, and others lie in the repository.
# MODE "link" makes TARGET a symbolic link to SOURCE: the three programs lie together, because limnerd and limner look for
# limner-worker beside themselves.
service_files() {
    cat <<EOF
755 $prefix/libexec/limner/limner programs/limner
755 $prefix/libexec/limner/limnerd programs/limnerd
755 $prefix/libexec/limner/limner-worker programs/limner-worker
link $prefix/bin/limner ../libexec/limner/limner
link $prefix/bin/limnerd ../libexec/limner/limnerd
644 $prefix/share/doc/limner/README.md README.md
644 $prefix/share/bash-completion/completions/limner made/completion.bash
644 $prefix/share/zsh/site-functions/_limner made/completion.zsh
644 $prefix/share/fish/vendor_completions.d/limner.fish made/completion.fish
644 /etc/systemd/system/limnerd.service made/limnerd.service
644 /etc/sysusers.d/limner.conf systemd/sysusers.d/limner.conf
644 /etc/tmpfiles.d/limner.conf systemd/tmpfiles.d/limner.conf
EOF
}

# shellcheck disable=SC2034  # read by the scripts that source this file
service_settings=/etc/limner/limner.yaml
service_root=/var/lib/limner
# shellcheck disable=SC2034  # read by the scripts that source this file
service_models=$service_root/state/models

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
