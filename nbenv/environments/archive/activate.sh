# Source this in bash or zsh to use the environment; deactivate leaves it. Written by nbenv.

deactivate() {
  PATH=$_NBENV_OLD_PATH
  export PATH
  [ -z "${_NBENV_OLD_PS1+x}" ] || PS1=$_NBENV_OLD_PS1
  unset VIRTUAL_ENV _NBENV_OLD_PATH _NBENV_OLD_PS1
  unset -f deactivate
  hash -r 2>/dev/null
}

if [ -n "$BASH_VERSION" ]; then
  VIRTUAL_ENV=${BASH_SOURCE[0]}
elif [ -n "$ZSH_VERSION" ]; then
  eval 'VIRTUAL_ENV=${(%):-%x}'
else
  VIRTUAL_ENV=$PWD/bin/activate
fi
VIRTUAL_ENV=$(CDPATH='' cd -- "$(dirname -- "$VIRTUAL_ENV")/.." && pwd -P)
_NBENV_OLD_PATH=$PATH
PATH=$VIRTUAL_ENV/bin:$PATH
export VIRTUAL_ENV PATH
unset PYTHONHOME
if [ -n "${PS1-}" ]; then
  _NBENV_OLD_PS1=$PS1
  PS1="(${VIRTUAL_ENV##*/}) $PS1"
fi
hash -r 2>/dev/null
