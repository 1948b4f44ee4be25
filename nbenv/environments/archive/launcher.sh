#!/bin/sh
# The Python of this environment, written by nbenv. It runs on any CPython @MINOR@.
#
# The first start looks for one and makes a folder for it, which is complete once its python@MINOR@
# is there: .python/ID below the environment, or in the user's cache where that cannot be written.
# All that make it at once make the same, so nothing is locked. It goes along when the environment
# is moved. On a machine where its CPython is not, another one is looked for.

if [ "$NBENV_ARCHIVE_SEARCH" ]; then exit 127; fi # another archive looks for a CPython
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) case $self in */*) self=${self%/*}/$link ;; *) self=$link ;; esac ;;
  esac
done
case $self in */*) here=${self%/*} ;; *) here=. ;; esac
if [ "$NBENV_ARCHIVE_CHECK" ]; then
  here=/nowhere # only say which CPython it would be: there is no environment around this yet
else
  here=$(CDPATH='' cd -- "$here/.." && pwd -P) || exit 127
fi
unset PYTHONHOME PYTHONEXECUTABLE __PYVENV_LAUNCHER__

fail() {
  printf 'nbenv: %s\n' "$@" >&2
  exit 127
}

# Start the CPython of a folder of bindings, if it is on this machine.
start() {
  for python in "$1"/*/bin/python@MINOR@; do
    if [ -x "$python" ] && [ "$(readlink "${python%/bin/*}/lib")" = "$2/lib" ]; then
      shift 2
      exec "$python" "$@"
    fi
  done
}

start "$here/.python" ../.. "$@"

# -- no start before this one, or it was on another machine

if [ "@MACHINE@" ] && [ "$(uname -s) $(uname -m)" != "@MACHINE@" ]; then
  fail "this environment is for @MACHINE@, and $(uname -n) is $(uname -s) $(uname -m)." \
    "Pack it on a machine like this one."
fi

# Print the folder for bindings of a place that cannot be written; it is this user's alone.
cache() {
  umask 077
  temporary=${TMPDIR:-/tmp}/nbenv-$(id -u)
  for base in "$XDG_CACHE_HOME" "${HOME:+$HOME/.cache}" "$temporary"; do
    case $base in /*) ;; *) continue ;; esac
    if [ "$base" = "$temporary" ] && [ -L "$base" ]; then continue; fi
    found=$base/nbenv-archives
    mkdir -p "$found" 2>/dev/null
    if [ -O "$found" ] && [ -O "$base" ] && [ -w "$found" ]; then
      of_here=$(printf %s "$here" | cksum)
      printf %s "$found/${of_here%% *}"
      return
    fi
  done
}

if [ ! -w "$here" ] && [ -z "$NBENV_ARCHIVE_CHECK" ]; then
  place=$(cache)
  [ -z "$place" ] || start "$place" "$here" "$@"
fi

# Make the folder for the CPython $real below $1; $2 leads from there to the environment.
bind() {
  of_real=$(printf %s "$real" | cksum)
  new=$1/${of_real%% *}
  mkdir -p "$new/bin" 2>/dev/null || return 1
  {
    printf 'home = %s\ninclude-system-site-packages = false\nversion = @MINOR@\n' "${real%/*}" \
      >"$new/.cfg.$$" && mv -f "$new/.cfg.$$" "$new/pyvenv.cfg"
  } 2>/dev/null || { rm -f "$new/.cfg.$$"; return 1; }
  (
    cd "$new" || exit
    for each in "$here"/*; do
      case ${each##*/} in bin) ;; *) ln -sn "$2/${each##*/}" "${each##*/}" ;; esac
    done
    cd bin || exit
    case $2 in /*) programs=$2/bin ;; *) programs=../$2/bin ;; esac
    set --
    for each in "$programs"/*; do
      case ${each##*/} in python | python3 | python3.*) ;; *) set -- "$@" "$each" ;; esac
    done
    [ $# -eq 0 ] || ln -s "$@" .
    ln -sn python@MINOR@ python
    ln -sn python@MINOR@ python3
    ln -sn "$real" ".python.$$"
  ) 2>/dev/null
  if "$new/bin/.python.$$" -I -c "$check" 2>/dev/null; then
    mv -f "$new/bin/.python.$$" "$new/bin/python@MINOR@" && return 0
  fi
  rm -f "$new/bin/.python.$$"
  return 1
}

check='import os, site, sys
packages = os.path.join(sys.prefix, "lib", "python@MINOR@", "site-packages")
sys.exit(packages not in sys.path or not os.path.isdir(packages))'
probe='import os, sys
needs = "@GLIBC@"
try:
    libc, _, has = (os.confstr("CS_GNU_LIBC_VERSION") or "no").partition(" ")
except (AttributeError, OSError, ValueError):
    libc, has = "no", ""
number = lambda text: [int(each) for each in text.split(".")]
if sys.implementation.name != "cpython" or "%d.%d" % sys.version_info[:2] != "@MINOR@":
    print("no %s %d.%d" % ((sys.implementation.name,) + tuple(sys.version_info[:2])))
elif "t" in getattr(sys, "abiflags", ""):
    print("no free-threaded, which the packages are not for")
elif needs and libc != "glibc":
    print("no not for glibc, which the packages need in version %s" % needs)
elif needs and number(has) < number(needs):
    print("no for glibc %s, and the packages need %s" % (has, needs))
else:
    print("yes " + os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))'
seen='' refused=0

# Start with the CPython $1 if it is one that fits.
try() {
  candidate=$1
  shift
  case $candidate in "$here"/*) return ;; esac
  if [ ! -f "$candidate" ] || [ ! -x "$candidate" ]; then return; fi
  answer=$(NBENV_ARCHIVE_SEARCH=1 "$candidate" -I -S -c "$probe" 2>/dev/null </dev/null)
  case $answer in
    "yes "*) real=${answer#yes } ;;
    "no "*) seen="$seen$candidate is ${answer#no }. "; return ;;
    *) return ;;
  esac
  if [ "$NBENV_ARCHIVE_CHECK" ]; then
    printf '%s\n' "$real"
    exit
  fi
  bind "$here/.python" ../.. && start "$here/.python" ../.. "$@"
  place=$(cache)
  if [ "$place" ]; then
    start "$place" "$here" "$@"
    bind "$place" "$here" && start "$place" "$here" "$@"
  fi
  refused=$real
}

if [ "$NBENV_PYTHON" ]; then
  try "$(command -v "$NBENV_PYTHON")" "$@"
  [ "$refused" != 0 ] || fail "this environment needs CPython @MINOR@; NBENV_PYTHON is $NBENV_PYTHON." \
    "${seen:-It does not start. }Set it to a CPython @MINOR@, or unset it."
else
  for name in python@MINOR@ python3 python; do
    set -f
    IFS=:
    for folder in $PATH /usr/local/bin /usr/bin /opt/homebrew/bin "${HOME:-/nowhere}/.local/bin"; do
      set +f
      unset IFS
      try "$folder/$name" "$@"
    done
  done
  for each in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/@MINOR@.*/bin/python@MINOR@ \
    "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/uv/python}"/cpython-@MINOR@*/bin/python@MINOR@; do
    try "$each" "$@"
  done
fi
if [ "$refused" != 0 ]; then
  fail "this environment cannot be used with $refused on $(uname -n)." \
    "That CPython does not start in it, or neither $here nor a cache folder can be written." \
    "Make one of them writable (with space left), or set NBENV_PYTHON to another CPython @MINOR@."
fi
fail "this environment needs CPython @MINOR@, and none was found on $(uname -n)." ${seen:+"$seen"} \
  "Install it there, set NBENV_PYTHON to one, or pack the environment with --with-python."
