#!/usr/bin/env bash
# Installs what the build needs, on Debian 12 and its like. Does nothing, quickly, when
# everything is there. Runs apt-get through sudo unless it is root already.
set -euo pipefail

packages=(
  # tools
  g++ cmake ninja-build ccache pkg-config git python3
  clang-format-14 clang-tidy-14
  # libraries
  libcaf-dev protobuf-compiler libprotobuf-dev librocksdb-dev libspdlog-dev
  libboost-dev libboost-context-dev libedit-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev
  libssl-dev libisal-dev
  # tests
  doctest-dev patch redis-tools python3-redis strace spin
)

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

command -v dpkg-query > /dev/null && command -v apt-get > /dev/null \
  || die "this is not a Debian system. Install the equals of these packages, then use" \
         "cmake --preset release: ${packages[*]}"

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
missing=()
for package in "${packages[@]}"; do
  grep -qxF -- "$package" <<< "$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null \
    || die "packages are missing and there is no sudo. As root, run:" \
           "apt-get install ${missing[*]}"
  as_root=(sudo)
fi

echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -q \
  || die "apt-get update failed: check the network and /etc/apt/sources.list"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends "${missing[@]}" \
  || die "apt-get install failed. The package versions are those of Debian 12 (bookworm);" \
         "this is $(. /etc/os-release && echo "$PRETTY_NAME")"
