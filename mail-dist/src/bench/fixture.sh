#!/bin/sh
# The fixture as a target of the benchmark harness, beside other test servers: everything in memory,
# and nothing is durable. Verbs: info, setup, reset, start, stop, pids.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
home=${BENCH_SCRATCH:-${TMPDIR:-/tmp}/mailbench}/postroom-fixture
java=${BENCH_JAVA:-java}
offset=7000
domain=example.test

alive() { [ -s "$home/pid" ] && kill -0 "$(cat "$home/pid")" 2>/dev/null; }

case ${1:-} in
info)
  cat <<EOF
HOST=127.0.0.1
SMTP_PORT=$((offset + 25))
SUBMISSION_PORT=$((offset + 587))
SUBMISSION_TLS=starttls
SUBMISSIONS_PORT=$((offset + 465))
POP3_PORT=$((offset + 110))
POP3S_PORT=$((offset + 995))
IMAP_PORT=$((offset + 143))
IMAPS_PORT=$((offset + 993))
CA_FILE=$home/ca.pem
LOGIN=u%d@$domain
RCPT=u%d@$domain
PASS=secret
RELAY=none
DURABLE=no
VERSION=postroom fixture
EOF
  ;;
setup)
  mkdir -p "$home"
  (cd "$root" && mvn -o -B -ntp -q package -DskipTests)
  ;;
reset) ;; # nothing is kept
start)
  ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  nohup "$java" ${FIXTURE_OPTS:-} -cp "$root/mail-dist/target/dist/lib/*" "$here/Fixture.java" \
    $offset "$home/ca.pem" >"$home/log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  ;;
stop)
  if alive; then
    pid=$(cat "$home/pid")
    kill "$pid"
    n=0
    while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do
      sleep 0.1
      n=$((n + 1))
    done
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$home/pid"
  ;;
pids) if alive; then cat "$home/pid"; fi ;;
*)
  echo "usage: $0 info|setup|reset|start|stop|pids" >&2
  exit 2
  ;;
esac
