#!/bin/sh
# Hands every mail in the spool on, oldest first, and waits for the next one.
# A mail that is refused for good goes to bounced/, where somebody looks on
# Mondays.

set -eu

: "${RELAY_SMARTHOST:?where should the mail go?}"
spool=/var/spool/relay
mkdir -p "$spool/new" "$spool/bounced"

deliver() {
  # Exit code 75 is EX_TEMPFAIL: the link is down, try again later.
  code=0
  msmtp --host="$RELAY_SMARTHOST" --read-recipients <"$1" || code=$?
  case $code in
    0) rm -- "$1" ;;
    75) return 75 ;;
    *) mv -- "$1" "$spool/bounced/" ;;
  esac
}

wait_s=1
while true; do
  touch "$spool/alive"
  failed=
  for mail in "$spool"/new/*; do
    [ -e "$mail" ] || continue
    deliver "$mail" || { failed=yes; break; }
  done
  if [ -n "$failed" ]; then
    # Back off up to about four minutes; the mail is in no hurry.
    sleep "$wait_s"
    [ "$wait_s" -ge 256 ] || wait_s=$((wait_s * 2))
  else
    wait_s=1
    inotifywait --quiet --timeout 30 --event close_write "$spool/new" >/dev/null || true
  fi
done
