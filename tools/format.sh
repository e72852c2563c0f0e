#!/usr/bin/env bash
# Formats every C++ file of the project, or with --check names those that are not formatted.
# The version is fixed: another clang-format formats otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

files=()
while IFS= read -r -d '' file; do
  [ -e "$file" ] && files+=("$file")
done < <(git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp')

if [ "${1-}" != --check ]; then
  clang-format-14 -i "${files[@]}"
  exit
fi

if ! found=$(clang-format-14 --dry-run -Werror "${files[@]}" 2>&1); then
  sed -n 's/^\([^: ]*:[0-9]*\):.*error:.*/\1: not formatted/p' <<< "$found" | sort -u -t : -k 1,1
  echo "Run 'make format'." >&2
  exit 1
fi
