#!/usr/bin/env bash
# Tests of lib/retry.sh, without waiting for anything. Run it; it prints "ok"
# or the line that is wrong.

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=../lib/retry.sh
source lib/retry.sh

RETRY_SLEEP=:
calls=0

expect() {
  if [[ $2 != "$3" ]]; then
    echo "${BASH_SOURCE[0]}:${BASH_LINENO[0]}: $1: got $2, want $3" >&2
    exit 1
  fi
}

fails_twice() {
  calls=$((calls + 1))
  ((calls > 2))
}

always() {
  calls=$((calls + 1))
  return "$1"
}

retry 5 fails_twice
expect "exit code" $? 0
expect "calls" "$calls" 3

calls=0
retry 4 always 7 2>/dev/null
expect "the last exit code is kept" $? 7
expect "calls" "$calls" 4

calls=0
retry 4 always 64
expect "usage errors are not retried" $? 64
expect "calls" "$calls" 1

echo ok
