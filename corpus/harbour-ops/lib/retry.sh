# shellcheck shell=bash
# Source this file; it only defines functions.

# retry ATTEMPTS COMMAND...
#
# Runs the command until it succeeds, at most so many times. The policy is the
# one of the handbook (retry-policy.md): back-off doubling from 200 ms, full
# jitter, ten seconds at most. Exit codes 64 to 78 say "you used it wrongly"
# (sysexits.h) and are not worth another attempt.
retry() {
  local attempts=$1 attempt=1 code
  shift
  while true; do
    # Not "if ! ...": the exclamation mark would eat the exit code.
    "$@" && return 0
    code=$?
    if ((code >= 64 && code <= 78)); then
      return "$code"
    fi
    if ((attempt >= attempts)); then
      echo "retry: giving up after $attempt attempts: $*" >&2
      return "$code"
    fi
    pause "$attempt"
    attempt=$((attempt + 1))
  done
}

# pause ATTEMPT: sleeps up to 200 ms · 2^(ATTEMPT-1), drawn at random.
pause() {
  local ceiling=$((200 << ($1 - 1)))
  ((ceiling > 10000)) && ceiling=10000
  local ms=$((RANDOM * ceiling / 32767))
  "${RETRY_SLEEP:-sleep}" "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
}
