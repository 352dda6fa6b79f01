# shellcheck shell=sh disable=SC2154,SC2086 # $py is one word, given by ./run
# Who the farm's commands run as: root only lays the table, the work is done by the system user `moisson`,
# for whom the browser keeps its sandbox. Read into ./run, which gives $py, say, red, stop, quietly and is_root.

farm=  # what puts a command into the hands of the user moisson; empty when it stays in ours
reach= # the places that user must reach, one a line
hands="setpriv --reuid=moisson --regid=moisson --init-groups -- env HOME=/var/lib/moisson USER=moisson LOGNAME=moisson"

# Makes that user and lets it reach this checkout, its Python and the places given.
# Returns 1, and says in $why what is in the way, when that cannot be.
become_farm() {
    why="useradd and setpriv are needed to work as the user moisson"
    command -v useradd >/dev/null && command -v setpriv >/dev/null || return 1
    why="the system user moisson cannot be made"
    id moisson >/dev/null 2>&1 || quietly useradd --system --user-group --create-home \
        --home-dir /var/lib/moisson --shell /usr/sbin/nologin moisson || return 1
    $hands test -x . || { chgrp moisson . && chmod g+rx .; }
    base=$($py -c 'import sys; print(sys.base_prefix)')
    reach=$(printf '%s\n' "$PWD" "$base" "$@")
    farm=$hands
    as_decided $py -c 'import core.nouns' >/dev/null 2>&1 && compile_ours && return
    farm=
    why="the user moisson cannot reach $PWD or $base"
    return 1
}

# That user may not write beside our modules: each of its processes would compile them all for itself.
compile_ours() { (umask 022 && quietly $py -m compileall -q core collectors scheduler vault web demo tests moisson.py) || true; }

# Does a command as whoever was decided, and comes back.
as_decided() { (become "$@"); }

# Becomes the command, as whoever was decided.
become() {
    [ -n "$farm" ] || exec "$@"
    $hands test -w "${TMPDIR:-/tmp}" || unset TMPDIR
    export PLAYWRIGHT_BROWSERS_PATH="${PLAYWRIGHT_BROWSERS_PATH:-0}" # 0 is inside .venv, where that user can read it
    export HYPOTHESIS_STORAGE_DIRECTORY=/var/lib/moisson/hypothesis
    [ -z "$(each_place closed_above)" ] || exec unshare --mount --propagation private sh ./run within "$reach" "$@"
    exec $hands "$@"
}

# Some parents are closed to everybody but root (/root, what mktemp -d makes). In a mount namespace of this command alone,
# each is covered by an empty folder that holds only the places the farm must reach.
open_places() {
    mkdir -p /run/moisson
    mount -t tmpfs -o mode=700 moisson /run/moisson
    number=0
    each_place hold
    number=0
    each_place put_back
    umount -l /run/moisson
    cd "$PWD" || exit
}

hold() {
    number=$((number + 1))
    [ -n "$(closed_above "$1")" ] || return 0
    if [ -d "$1" ]; then mkdir "/run/moisson/$number"; else : >"/run/moisson/$number"; fi
    mount --rbind "$1" "/run/moisson/$number"
}

put_back() {
    umask 022
    number=$((number + 1))
    [ -e "/run/moisson/$number" ] || return 0
    closed=$(closed_above "$1")
    [ -z "$closed" ] || mount -t tmpfs -o mode=755 moisson "$closed"
    mkdir -p "$(dirname "$1")"
    if [ -d "/run/moisson/$number" ]; then mkdir -p "$1"; else : >>"$1"; fi
    mount --rbind "/run/moisson/$number" "$1"
}

each_place() {
    printf '%s\n' "$reach" | while IFS= read -r place; do "$1" "$place"; done
}

# The topmost folder above a place that the user moisson may not enter.
closed_above() {
    [ -e "$1" ] || return 0
    rest=$(dirname "$1")
    passed=
    while [ "$rest" != / ] && [ -n "$rest" ]; do
        rest=${rest#/}
        passed=$passed/${rest%%/*}
        $hands test -x "$passed" || {
            echo "$passed"
            return
        }
        case $rest in */*) rest=/${rest#*/} ;; *) rest= ;; esac
    done
}

# Gives a folder of the farm to its user, unless it may be somebody else's.
give() {
    [ -d "$1" ] || {
        mkdir -p "$1" && chmod 700 "$1" && chown moisson: "$1"
        return
    }
    [ "$(stat -c %U "$1")" != moisson ] || return 0
    case $(cd "$1" && pwd) in
    "$PWD"/*) chown -R moisson: "$1" ;;
    *)
        if [ -z "$(ls -A "$1")" ] || [ -e "$1/moisson.db" ]; then chown -R moisson: "$1"; fi
        as_decided test -w "$1" || stop "the user moisson cannot write $1. If it is the farm's alone: chown -R moisson: $1"
        ;;
    esac
}

can_sandbox() {
    why="this machine gives no user namespaces"
    [ "$(uname)" != Linux ] || as_decided unshare --user --map-root-user --pid --net --fork true 2>/dev/null
}

is_told_no_sandbox() {
    case ${MOISSON_ALLOW_NO_SANDBOX-} in 1 | true | yes | on) ;; *) return 1 ;; esac
}

# Demo, tests and measures meet only portals of our own: they do without a sandbox where there can be none, and say so.
# What follows are the folders they write.
settle_rehearsal() {
    is_told_no_sandbox && return
    if ! is_root; then
        can_sandbox && return
    elif become_farm "$(named_places)" && can_sandbox; then
        for folder in "$@"; do give "$folder"; done
        return
    fi
    farm=
    export MOISSON_ALLOW_NO_SANDBOX=1
    red "the browser runs without its sandbox (MOISSON_ALLOW_NO_SANDBOX=1): $why"
}

# The farm itself keeps its sandbox: what a hostile page could do with root's hands is not worth a shortcut.
settle_farm() {
    is_root || return 0
    folders=$(farm_folders) || return 0 # the command itself says what is wrong with the settings
    become_farm "$folders" "$(named_places "$@")" || {
        is_told_no_sandbox && return
        stop "the farm does not work as root, and $why. Move it, for example to /opt/moisson, and start again"
    }
    printf '%s\n' "$folders" | while IFS= read -r folder; do give "$folder"; done || exit
    [ ! -e .env ] || as_decided test -r .env ||
        stop "the user moisson cannot read .env: chgrp moisson .env && chmod 640 .env"
    can_sandbox || red "the browser will refuse to start: $why (docs/operations.md tells how to allow them)"
}

farm_folders() {
    $py -c 'from core import settings
s = settings.load()
print(s.data.absolute(), s.key_file.parent.absolute(), s.exports.absolute(), sep="\n")' 2>/dev/null
}

# Files and folders that the command or a setting names; of a browser, the folder with all that belongs to it.
named_places() {
    for place in "${MOISSON_COLLECTORS-}" "${MOISSON_BROWSER:+$(dirname "$MOISSON_BROWSER")}" "$@"; do
        case $place in /*) [ ! -e "$place" ] || printf '%s\n' "$place" ;; esac
    done
}
