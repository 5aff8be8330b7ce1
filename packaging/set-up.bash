# shellcheck shell=bash
# For packaging/try and tests/run, which source it in the project's folder: installs what is missing, and builds.

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Installs those packages of tests/packages that stand behind these words ("build|run") and are not there yet.
install_missing() {
  local package missing=()
  while read -r package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done < <(sed -nE "s/^($1): //p" tests/packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "installing: ${missing[*]}"
  as_root apt-get update -qq
  # Only the programs are wanted: no cluster, pooler or directory of Debian's own shall start.
  as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  echo "slapd slapd/no_configuration boolean true" | as_root debconf-set-selections
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Options::=--force-confold "${missing[@]}"
}

# Builds this preset into build/<preset>; more options go to cmake.
build() {
  local preset="$1" options=("${@:2}")
  if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  cmake --preset "$preset" "${options[@]}"
  cmake --build "build/$preset" -j "$(nproc)"
}
