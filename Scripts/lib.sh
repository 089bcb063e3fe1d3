# shellcheck shell=bash
# Shared by the scripts beside it, which source it: where the package is, and what it needs to build.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

# Notes go to standard error, so that standard output holds nothing but results.
say() {
    printf '%s\n' "==> $*" >&2
}

fail() {
    printf '%s\n' "${0##*/}: $*" >&2
    exit 2
}

wrong_usage() {
    printf '%s\n' "${0##*/}: $*" "Try '${0##*/} --help'." >&2
    exit 64
}

# The comment block that opens a script, below its first line, is its help.
show_help() {
    awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$0"
}

# Prints a command in a form that can be typed again, then runs it.
show_and_run() {
    local word line='$'
    for word in "$@"; do
        case $word in
            '' | *[!A-Za-z0-9_./:=,@%+-]*) line+=" '${word//\'/\'\\\'\'}'" ;;
            *) line+=" $word" ;;
        esac
    done
    printf '\n%s\n' "$line"
    "$@"
}

require_swift() {
    command -v swift >/dev/null && return
    fail "no 'swift' on the PATH. Install Swift 6.3 or later from https://www.swift.org/install and try again."
}

# Debian's names of the packages that the build needs and that this system lacks, one a line.
missing_packages() {
    command -v git >/dev/null || echo git
    if ! command -v pkg-config >/dev/null; then
        # Without pkg-config nothing tells whether the other two are there; installing them again does no harm.
        printf '%s\n' pkg-config zlib1g-dev libsqlite3-dev
        return
    fi
    pkg-config --exists zlib || echo zlib1g-dev
    pkg-config --exists sqlite3 || echo libsqlite3-dev
}

# Debian's names of the packages that the proofs on real disks need and that this system lacks, one a line.
missing_torture_packages() {
    command -v python3 >/dev/null || echo python3
    command -v strace >/dev/null || echo strace
    command -v mkfs.ext4 >/dev/null || echo e2fsprogs
    command -v mkfs.xfs >/dev/null || echo xfsprogs
    command -v mount >/dev/null || echo mount
}

# Installs what the given function lists and says so; ends the script with a plain message where it cannot.
install_packages() {
    local list=$1 missing
    mapfile -t missing < <("$list")
    [ ${#missing[@]} -eq 0 ] && return

    command -v apt-get >/dev/null ||
        fail "missing: ${missing[*]} (Debian's names). Install their like with this system's package manager."
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}. As root, run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi

    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2 || fail "'apt-get update' failed; missing: ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >&2 || fail "'apt-get install' failed; missing: ${missing[*]}"
    mapfile -t missing < <("$list")
    [ ${#missing[@]} -eq 0 ] || fail "still missing after the installation: ${missing[*]}"
}

prepare() {
    require_swift
    install_packages missing_packages
}

# Beside what a build needs; the programs that make file systems lie where only root looks for them.
prepare_torture() {
    export PATH=$PATH:/usr/sbin:/sbin
    install_packages missing_torture_packages
}
