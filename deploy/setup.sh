# What ./run and ./test share: system libraries, Python and npm packages. Sourced from the project's
# root by a POSIX shell. A step is skipped when a stamp says it was done for these lock files.

UV=0.13.9
log=$data/logs/setup.log
lacking=""

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# step TITLE COMMAND…: one line on the screen, the rest in a log whose end is shown on failure.
step() {
    printf '  %s … ' "$1"
    shift
    mkdir -p "$data/logs"
    began=$(date +%s)
    if "$@" >"$log" 2>&1; then
        echo "$(($(date +%s) - began)) s"
    else
        echo failed
        tail -n 20 "$log" >&2
        fail "" "That did not work. The whole message is in $log; after mending it, start again."
    fi
}

digest() {
    cat "$@" | cksum
}

# done_before STAMP LOCK: whether the stamp names this lock file as it is now.
done_before() {
    grep -qsx "$(digest "$2")" "$1"
}

find_python() {
    for python in python3 python3.11 python3.12 python3.13 python3.14; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    fail "CoCoRa needs Python 3.11 or newer, and there is none on this machine."
}

venv_works() {
    .venv/bin/python -c 'import pip' 2>/dev/null
}

# Debian keeps the part of Python that makes a venv in a package of its own.
look_for_venv() {
    venv_works || "$python" -c 'import ensurepip' 2>/dev/null ||
        lacking="$lacking $("$python" -c \
            'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
}

look_for_print_libraries() {
    "$python" deploy/print_libraries.py 2>/dev/null ||
        lacking="$lacking libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
    as_root apt-get update &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends "$@"
}

# Install what was found lacking where we may, else say which line does it.
install_lacking() {
    [ -n "$lacking" ] || return 0
    if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
        # shellcheck disable=SC2086 # one word for each package
        step "Installing system packages" apt_install $lacking
    else
        fail "Some system packages are missing, and this account may not install them. Please run:" \
            "    sudo apt-get install -y --no-install-recommends$lacking" "and start again."
    fi
}

make_venv() {
    rm -rf .venv
    "$python" -m venv .venv
}

# python_packages LOCK [LOCK CONTAINED IN IT]
python_packages() {
    if ! venv_works; then
        step "Making .venv" make_venv
    elif done_before .venv/installed "$1"; then
        return
    fi
    [ "$(.venv/bin/uv --version 2>/dev/null | cut -d ' ' -f 2)" = "$UV" ] ||
        step "Installing uv" .venv/bin/python -m pip install -q "uv==$UV"
    step "Installing Python packages" \
        .venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes "$1"
    for lock in "$@"; do digest "$lock"; done >.venv/installed
}

# node_packages STAMP [OPTION]: npm comes with the Python packages, so it is the same everywhere.
node_packages() {
    ! done_before "node_modules/$1" package-lock.json || return 0
    step "Installing fonts, icons and htmx" \
        env PATH="$PWD/.venv/bin:$PATH" npm ci --ignore-scripts --no-audit --no-fund ${2:+"$2"}
    digest package-lock.json | tee node_modules/installed >"node_modules/$1"
}
