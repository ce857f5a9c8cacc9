#!/bin/sh
# This project as a target of the benchmark harness: verbs info, setup, reset, start, stop, pids.
# Durable as it ships; raised are only the limits that keep 100 sessions from one address out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
scratch=${BENCH_SCRATCH:-${TMPDIR:-/tmp}/mailbench}
home=$scratch/postroom
sink=${BENCH_SINK_PORT:-2625}
mynetworks=${BENCH_MYNETWORKS-127.0.0.0/8}
smtp=5525 submission=5587 submissions=5465 pop3=5110 pop3s=5995 imap=5143 imaps=5993
domain=example.test

alive() { [ -s "$home/pid" ] && kill -0 "$(cat "$home/pid")" 2>/dev/null; }

case ${1:-} in
info)
  cat <<EOF
HOST=127.0.0.1
SMTP_PORT=$smtp
SUBMISSION_PORT=$submission
SUBMISSION_TLS=starttls
SUBMISSIONS_PORT=$submissions
POP3_PORT=$pop3
POP3S_PORT=$pop3s
IMAP_PORT=$imap
IMAPS_PORT=$imaps
CA_FILE=$home/data/tls/ca.pem
LOGIN=u%d@$domain
RCPT=u%d@$domain
PASS=secret
RELAY=smtp
DURABLE=yes
PIPELINE_APPEND=yes
VERSION=postroom
EOF
  ;;
setup)
  mkdir -p "$home"
  cat >"$home/main.cf" <<EOF
myhostname = mail.$domain
mydestination = localhost
virtual_mailbox_domains = $domain
mynetworks = $mynetworks
inet_interfaces = loopback-only
relayhost = [127.0.0.1]:$sink
storage_url = h2:data
listeners = smtp:$smtp submission:$submission submissions:$submissions pop3:$pop3 pop3s:$pop3s imap:$imap imaps:$imaps
default_process_limit = 1000
mail_max_userip_connections = 10000
pop3_max_userip_connections = 10000
EOF
  "$root/postroom" check -c "$home/main.cf" >/dev/null
  "$0" accounts
  ;;
accounts)
  # Kept aside, so that a reset does not cost a hundred password hashes.
  if [ ! -d "$home/accounts" ]; then
    rm -rf "$home/data"
    # shellcheck disable=SC2046 # one word for each account
    echo secret | "$root/postroom" user add -c "$home/main.cf" --password-stdin \
      $(i=0; while [ $i -lt 100 ]; do echo "u$i@$domain"; i=$((i + 1)); done) >/dev/null
    mv "$home/data" "$home/accounts"
  fi
  "$0" reset
  ;;
reset)
  rm -rf "$home/data"
  if [ -d "$home/accounts" ]; then cp -a "$home/accounts" "$home/data"; fi
  ;;
start)
  ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  nohup "$root/postroom" serve -c "$home/main.cf" >"$home/log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  ;;
stop)
  if alive; then
    pid=$(cat "$home/pid")
    kill "$pid"
    n=0
    while kill -0 "$pid" 2>/dev/null && [ $n -lt 150 ]; do
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
