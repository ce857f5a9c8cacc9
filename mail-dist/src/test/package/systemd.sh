# A machine with systemd, read by clean-root: the first process of a Debian in namespaces of its own (boot), where an
# administrator installs the package, and does with the service what one does with a service.
# shellcheck shell=bash disable=SC2154,SC2016 # what machine.sh and clean-root say; what is meant to be read there

root=$folder/booted
alone() { nsenter --target="$first" --mount --uts --ipc --net --pid "${plain[@]}" SYSTEMD_PAGER= SYSTEMD_COLORS=0 "$@"; }
# What systemd knows of the unit; what the journal has of it since the moment in $since.
unit() { alone systemctl show --value --property="$1" postroom; }
# With what was said a moment ago: the journal takes it up in its own time.
journal() { alone journalctl --sync && alone journalctl --unit=postroom --since="@$since" --quiet "$@"; }
now() { since=$(date +%s.%6N); }
# Until the unit is in the state, for so many seconds.
becomes() { # STATE SECONDS
  for _ in $(seq $(($2 * 5))); do
    [ "$(unit ActiveState)" != "$1" ] || return 0
    pause
  done
  alone systemctl status postroom || true
  fail "the unit is $(unit ActiveState) instead of $1"
}
drop_in() { # LINES
  mkdir -p "$root/etc/systemd/system/postroom.service.d"
  printf '[Service]\n%s\n' "$1" >"$root/etc/systemd/system/postroom.service.d/override.conf"
  alone systemctl daemon-reload
}
# What a port says first, its TLS before that where it has one.
greets() { # PORT WORDS
  local said
  case $1 in
  465 | 993 | 995) said=$(alone sh -c "printf 'QUIT\r\na LOGOUT\r\n' | openssl s_client -quiet -connect localhost:$1 2>/dev/null | head -n 1") || true ;;
  *) said=$(alone bash -c "exec 3<>/dev/tcp/localhost/$1 && head -n 1 <&3") || true ;;
  esac
  [[ $said == "$2"* ]] || wrong "port $1 says: $said"
}
doors_are_open() {
  local port
  for port in 25 465 587; do greets $port '220 '; done
  for port in 110 995; do greets $port '+OK'; done
  for port in 143 993; do greets $port '* OK'; done
}

# --- The machine

first=
part=clean-root-$$
booted() {
  "$here/boot" "$root" "$part" >"$folder/boot.log" 2>&1 </dev/null &
  booting=$!
  first=
  for _ in $(seq 300); do
    kill -0 "$booting" 2>/dev/null || return 1
    # The one process below the one that has made the namespaces.
    first=$(pgrep -P "$booting" || true)
    if [ -n "$first" ] && [ "$(cat "/proc/$first/comm" 2>/dev/null)" = systemd ]; then
      case $(alone systemctl is-system-running 2>/dev/null || true) in
      running | degraded) return 0 ;;
      esac
    fi
    pause
  done
  return 1
}
# As its switch does.
switched_off() {
  alone systemctl poweroff
  for _ in $(seq 600); do
    kill -0 "$booting" 2>/dev/null || break
    pause
  done
  ! kill -0 "$booting" 2>/dev/null || fail "the machine does not come to its end"
  give_back
}
give_back() {
  kill -KILL "$booting" 2>/dev/null || true
  wait "$booting" 2>/dev/null || true
  local left
  # The last of its processes may need a moment.
  for _ in $(seq 50); do
    for left in /sys/fs/cgroup/"$part" /sys/fs/cgroup/*/"$part"; do
      [ ! -d "$left" ] || find "$left" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    done
    ! compgen -G "/sys/fs/cgroup/*/$part" >/dev/null && [ ! -d "/sys/fs/cgroup/$part" ] || { pause && continue; }
    break
  done
}
cannot_boot() {
  cat "$folder/boot.log"
  alone systemctl --failed 2>/dev/null || true
  give_back
  [ "${POSTROOM_SYSTEMD:-}" != required ] || fail "no systemd can be booted here, and it is required"
  step "SKIPPED: no systemd can be booted here ($(tail -n 1 "$folder/boot.log")), so nothing is said of the unit"
}

make_debian
inside apt-get update -qq
install systemd systemd-sysv dbus default-jre-headless openssl s-nail rpm
umount "$root/dev" "$root/proc"
# Folders that no package has made, as an administrator's hosts have them.
echo mail.example.org >"$root/etc/hostname"
inside useradd --create-home --shell /bin/bash ada
inside useradd --create-home --shell /bin/bash bob
echo 'ada:correct horse' | inside chpasswd

step "a systemd, as the first process"
if booted; then
  trap give_back EXIT
  alone systemctl --version | head -n 1

  step "install: enabled, and ready when all doors are open"
  now
  does 'dpkg -i /srv/postroom.deb'
  [ "$(unit UnitFileState)" = enabled ] || wrong "the unit is $(unit UnitFileState)"
  becomes active 1
  shows 'Postroom listens: smtp 25, submission 587, submissions 465, pop3 110, pop3s 995, imap 143, imaps 993' systemctl status postroom
  doors_are_open
  does '! systemd-analyze verify postroom.service 2>&1 | grep -v "Command .man "'
  shows ' OK ' sh -c 'systemd-analyze security postroom.service | tail -n 1'
  # As anybody may.
  as bob systemctl status postroom >/dev/null || wrong "bob does not see the unit"

  step "what it may, and what it is given"
  pid=$(unit MainPID)
  show_process() { alone sed -nE 's/^('"$1"'):[[:space:]]*(.*)/\2/p' "/proc/$pid/status"; }
  [ "$(alone stat -c %U "/proc/$pid")" = postroom ] || wrong "it runs as $(alone stat -c %U "/proc/$pid")"
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    [ "$(show_process $set)" = 0000000000000400 ] || wrong "$set is $(show_process $set)"
  done
  [ "$(show_process NoNewPrivs) $(show_process Seccomp)" = "1 2" ] || wrong "it may get new rights, or may call everything"
  limit=$(alone sh -c 'cat /sys/fs/cgroup/memory/system.slice/postroom.service/memory.limit_in_bytes /sys/fs/cgroup/system.slice/postroom.service/memory.max 2>/dev/null' || true)
  [ "$limit" = 1073741824 ] || wrong "MemoryMax is not in effect: $limit"
  [ "$(unit TasksMax)" = 2048 ] || wrong "TasksMax is $(unit TasksMax)"
  for folder_mode in '/var/lib/postroom 700' '/var/lib/postroom/db 700' '/run/postroom 755' '/var/log/postroom 750' '/var/spool/postroom/maildrop 1733'; do
    # shellcheck disable=SC2086 # words
    set -- $folder_mode
    [ "$(alone stat -c '%a %U' "$1")" = "$2 postroom" ] || wrong "$1 is $(alone stat -c '%a %U' "$1")"
  done
  # Whatever the kernel says of the file system, from its own point of view.
  for path in /etc/postroom /usr/share/postroom /home/ada /var/lib /tmp; do
    ! alone nsenter --target="$pid" --mount setpriv --reuid=postroom --regid=postroom --clear-groups sh -c "echo x >$path/x" 2>/dev/null ||
      [ "$path" = /tmp ] || wrong "it may write into $path"
  done
  [ ! -e "$root/tmp/x" ] || wrong "its /tmp is everybody's"

  step "what an administrator adds (docs/installing.md)"
  drop_in $'SupplementaryGroups=shadow\nEnvironment=POSTROOM_JAVA_OPTS=-XX:+PrintFlagsFinal'
  does 'postconf -X inet_interfaces && postconf -e myhostname=mail.example.org'
  now
  does 'systemctl restart postroom'
  heap=$(journal --output=cat | awk '$2 == "MaxHeapSize" { print $4 }')
  [ "$heap" = 268435456 ] || wrong "the heap is $heap"
  drop_in 'SupplementaryGroups=shadow'
  does 'systemctl restart postroom'
  doors_are_open
  alone postroom tls export --to /root/ca.pem

  step "mail in, by every way; and read, by both"
  printf 'Subject: by-sendmail\n\nx\n' | as bob sendmail ada
  expect 1 by-sendmail
  printf 'Subject: by-mail\n\nx\n' | as bob s-nail -s by-mail ada
  expect 1 by-mail
  printf 'Subject: by-smtp\n\nx\n' >"$root/root/by-smtp"
  does 'curl -sS --interface 192.0.2.1 --url smtp://192.0.2.1:25 --mail-from you@example.com --mail-rcpt ada@mail.example.org --upload-file /root/by-smtp'
  expect 1 by-smtp
  for url in smtps://localhost:465 smtp://localhost:587; do
    sed "s/by-smtp/by-${url#*:*:}/" "$root/root/by-smtp" >"$root/root/by-submission"
    does "curl -sS --ssl-reqd --cacert /root/ca.pem --user 'ada:correct horse' --url $url --mail-from ada@mail.example.org --mail-rcpt ada@mail.example.org --upload-file /root/by-submission"
    expect 1 "by-${url#*:*:}"
  done
  shows '5 ' curl -sS --cacert /root/ca.pem --user 'ada:correct horse' pop3s://localhost/
  shows '5 ' curl -sS --ssl-reqd --cacert /root/ca.pem --user 'ada:correct horse' pop3://localhost/
  shows 'FLAGS' curl -sS --ssl-reqd --cacert /root/ca.pem --user 'ada:correct horse' --request 'EXAMINE INBOX' imap://localhost/
  shows 'queue is empty' mailq
  # As monitoring does, with the server's help and in a process of its own.
  shows 'queue is empty' setpriv --reuid=bob --regid=bob --init-groups mailq
  shows 'queue is empty' setpriv --reuid=bob --regid=bob --init-groups env PERL5LIB=/none mailq
  refuses 78 'run it as postroom' setpriv --reuid=bob --regid=bob --init-groups postroom user list
  does 'postfix status && postroom status && postroom check'

  step "programs that get mail, below the unit"
  does 'postconf -e program_delivery_enable=yes default_privs=postroom'
  printf '#!/bin/sh\ntrap "exit 1" TERM\ncat >/dev/null\nsleep 100 & wait\n' >"$root/usr/local/bin/slow"
  chmod 755 "$root/usr/local/bin/slow"
  printf '%s\n' 'noted: |"cat >>/var/lib/postroom/noted"' 'eats: |"tail /dev/zero"' 'slow: |/usr/local/bin/slow' >>"$root/etc/aliases"
  does 'newaliases && systemctl restart postroom'
  doors_are_open
  now
  pid=$(unit MainPID)
  for alias in noted eats slow; do printf 'Subject: by-program\n\nx\n' | alone sendmail $alias; done
  for _ in $(seq 150); do
    [[ $(journal) != *'<noted@'*'status=sent'* || $(journal) != *'<eats@'*'status='* ]] || break
    pause
  done
  does 'grep -q by-program /var/lib/postroom/noted'
  # The memory of the unit is not the machine's, and of those who share it the server stays.
  [[ $(journal) == *'<eats@'*'status=deferred (Command died with signal 9'* ]] || wrong "what eats memory is not ended: $(journal | grep '<eats@')"
  [ "$(unit MainPID)" = "$pid" ] || wrong "what eats memory ends the server"
  does 'systemctl stop postroom'
  [[ $(journal) == *'<slow@'*'status=deferred (Command was stopped'* ]] || wrong "a program at a stop: $(journal | grep '<slow@')"
  does 'systemctl start postroom && postsuper -d ALL'

  step "mail out, and back"
  # Another machine's server, with a domain of its own.
  mkdir "$root/home/bob/far"
  printf '%s\n' 'myhostname = mx.far.example' 'virtual_mailbox_domains = far.example' 'mydestination =' 'inet_interfaces = 192.0.2.2' \
    'listeners = smtp:2525' 'storage_url = h2:/home/bob/far/data' 'relayhost = [192.0.2.1]:25' 'virtual_alias_maps = inline:{ { echo@far.example = ada@mail.example.org } }' \
    'mynetworks = 192.0.2.0/24' >"$root/home/bob/far/main.cf"
  alone chown -R bob: /home/bob/far
  does 'systemd-run --quiet --unit=far --uid=bob --service-type=notify postroom serve -c /home/bob/far/main.cf'
  does 'postconf -e "relayhost=[192.0.2.2]:2525" && systemctl reload postroom'
  printf 'Subject: there-and-back\n\nx\n' | as ada sendmail echo@far.example
  expect 1 there-and-back
  shows 'queue is empty' mailq
  does 'systemctl stop far && postconf -X relayhost'

  step "reload"
  now
  before=$(unit InvocationID)
  does 'postconf -e listeners=smtp,imaps:9993 && systemctl reload postroom'
  [[ $(unit StatusText) == *'imaps 9993'* ]] || wrong "after a reload its status is: $(unit StatusText)"
  does 'postconf -X listeners && systemctl reload postroom'
  does 'systemctl kill --signal=HUP --kill-who=main postroom'
  for _ in $(seq 50); do
    [[ $(journal) != *'reload: generation 4 is in effect'* ]] || break
    pause
  done
  [[ $(journal) == *'reload: generation 4 is in effect'* ]] || wrong "no reload at SIGHUP"
  doors_are_open
  does 'postconf -e smtpd_timeout=banana'
  refuses 1 'postroom.service failed' systemctl reload postroom
  [[ $(journal --priority=err) == *'smtpd_timeout: expected a time'*'but found "banana"'* ]] || wrong "the journal does not say what is wrong at a reload"
  becomes active 1
  [ "$(unit InvocationID)" = "$before" ] || wrong "a reload is a restart"
  doors_are_open

  step "a configuration that cannot be obeyed is tried once, and the journal says why"
  now
  refuses 1 'postroom.service failed' systemctl restart postroom
  sleep 6
  [ "$(unit ActiveState) $(unit ExecMainStatus) $(unit NRestarts)" = 'failed 78 0' ] || wrong "it is $(unit ActiveState), with status $(unit ExecMainStatus), after $(unit NRestarts) restarts"
  [[ $(journal --priority=err) == *'line '*': smtpd_timeout: expected a time'* ]] || wrong "the journal does not say what is wrong at a start"
  does 'postconf -X smtpd_timeout && systemctl start postroom'

  drop_in $'SupplementaryGroups=shadow\nEnvironment=POSTROOM_JAVA_OPTS=-XX:+NoSuchOption'
  now
  refuses 1 'postroom.service failed' systemctl restart postroom
  sleep 6
  [ "$(unit ActiveState) $(unit ExecMainStatus) $(unit NRestarts)" = 'failed 78 0' ] || wrong "by an option that Java does not know it is $(unit ActiveState), with status $(unit ExecMainStatus), after $(unit NRestarts) restarts"
  [[ $(journal) == *NoSuchOption* ]] || wrong "the journal does not say which option"
  drop_in 'SupplementaryGroups=shadow'
  does 'systemctl start postroom'

  step "what may pass is tried until it does"
  does 'postconf -e storage_url=jdbc:postgresql://127.0.0.1:1/mail && (systemctl restart postroom --no-block)'
  for _ in $(seq 200); do
    [ "$(unit NRestarts)" -lt 2 ] || break
    pause
  done
  [ "$(unit NRestarts)" -ge 2 ] || wrong "it is not tried again: $(unit ActiveState), status $(unit ExecMainStatus)"
  does 'postconf -e storage_url=h2:/var/lib/postroom'
  becomes active 60

  step "the journal: each line once with its time, and with its rank"
  journal --output=cat | grep -nE '^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} ' && wrong "lines have a time of their own"
  journal --output=cat | grep -nE '^<[0-7]>' && wrong "ranks are part of lines"
  since=0
  [[ $(journal --output=cat --priority=info) == *'status=sent'* ]] || wrong "no life of a mail in the journal"
  [[ $(journal --output=cat --priority=warning) != *'status=sent'* ]] || wrong "the life of a mail is a warning"
  [[ $(journal --output=cat SYSLOG_FACILITY=2) == *'status=sent'* ]] || wrong "it is not the journal of a mail system"
  journal --output=cat --priority=warning | sort | uniq -c | sort -rn | head -n 20
  shows 'status=sent' sh -c 'journalctl --quiet --unit=postroom --output=short | sed -n "s/ postroom\[[0-9]*\]: / /p" | grep -E "^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} mail.example.org postfix/[a-z]+\[[0-9]+\]: .*status=sent" | head -n 1'

  step "stop under load: everybody is told, and what was taken is there"
  now
  does 'systemctl restart postroom'
  printf '#!/bin/bash\nfor i in $(seq 2000); do printf "Subject: under-load\\n\\nx\\n" | curl -sS --url smtp://localhost:25 --mail-from bob@mail.example.org --mail-rcpt ada@mail.example.org --upload-file - 2>/dev/null && echo taken || exit 0; done\n' >"$root/root/load"
  for i in 1 2 3; do alone bash /root/load >"$folder/taken-$i" & loads[i]=$!; done
  for port in 25 143 110; do alone bash -c "exec 3<>/dev/tcp/localhost/$port && timeout 100 cat <&3" >"$folder/said-$port" & sessions[port]=$!; done
  sleep 3
  SECONDS=0
  does 'systemctl stop postroom'
  echo "in $SECONDS s"
  wait "${loads[@]}" "${sessions[@]}" || true
  [ "$(unit ActiveState) $(unit Result) $(unit ExecMainStatus)" = 'inactive success 0' ] || wrong "stopped, it is $(unit ActiveState), $(unit Result), $(unit ExecMainStatus)"
  grep -q '^421 ' "$folder/said-25" || wrong "an SMTP session was told: $(cat "$folder/said-25")"
  grep -q '^\* BYE' "$folder/said-143" || wrong "an IMAP session was told: $(cat "$folder/said-143")"
  cat "$folder"/said-*
  does 'systemctl start postroom'
  taken=$(cat "$folder"/taken-* | wc -l)
  echo "$taken were taken"
  [ "$taken" -gt 0 ] || wrong "there was no load"
  there=$(has under-load)
  # At most one for each of those who sent, whose answer was not heard.
  [ "$there" -ge "$taken" ] && [ "$there" -le $((taken + 3)) ] || wrong "$taken were taken, and $there are there"

  step "killed: it is there again by itself"
  pid=$(unit MainPID)
  does "kill -KILL $pid"
  becomes activating 5
  becomes active 60
  [ "$(unit NRestarts)" = 1 ] && [ "$(unit MainPID)" != "$pid" ] || wrong "after a kill: $(unit NRestarts) restarts"
  doors_are_open
  [ "$(has under-load)" = "$there" ] || wrong "mail is lost at a kill"

  step "one that hangs is ended, and started again"
  drop_in $'SupplementaryGroups=shadow\nWatchdogSec=6'
  does 'systemctl restart postroom'
  pid=$(unit MainPID)
  # One that does not hang is let live.
  sleep 15
  [ "$(unit MainPID)" = "$pid" ] || wrong "one that lives was ended"
  now
  does "kill -STOP $pid"
  for _ in $(seq 300); do
    [ "$(unit MainPID)" = "$pid" ] || [ "$(unit ActiveState)" != active ] || break
    pause
  done
  becomes active 60
  [ "$(unit NRestarts)" = 1 ] || wrong "one that hangs: $(unit NRestarts) restarts"
  [[ $(journal) == *'Watchdog timeout'* ]] || wrong "the journal says nothing of a watchdog"
  doors_are_open
  [ -z "$(find "$root/var/lib/postroom" -name 'hs_err*' -o -name 'core*')" ] || wrong "what was in memory is in a file"
  drop_in 'SupplementaryGroups=shadow'

  step "upgrade, while it runs: once, and all mail"
  version=$(inside dpkg-deb -f /srv/postroom.deb Version)
  later 1
  does 'systemctl restart postroom'
  before=$(unit InvocationID)
  now
  does 'dpkg -i /srv/later-1.deb'
  becomes active 1
  [ "$(unit InvocationID)" != "$before" ] || wrong "the old version still runs"
  [ "$(journal --output=cat | grep -c '^Started postroom.service')" = 1 ] || wrong "it was not started once: $(journal --output=cat | grep '^Start')"
  does "test -d /var/backups/postroom/before-$version+1"
  doors_are_open
  [ "$(has under-load)" = "$there" ] || wrong "mail is lost at an upgrade"
  # Where there is no room for the copy.
  later 2
  does 'mount -t tmpfs -o size=64k tmpfs /var/backups'
  refuses 1 'nothing was changed' dpkg -i /srv/later-2.deb
  does 'umount /var/backups'
  becomes active 1
  [ "$(alone dpkg-query -W -f '${Version}' postroom)" = "$version+1" ] || wrong "it is another version"
  doors_are_open
  # What an administrator has put out of service stays so.
  does 'systemctl disable --now postroom 2>/dev/null && dpkg -i /srv/later-1.deb'
  [ "$(unit ActiveState) $(unit UnitFileState)" = 'inactive disabled' ] || wrong "an upgrade starts what is disabled: $(unit ActiveState) $(unit UnitFileState)"
  does 'systemctl enable --now postroom 2>/dev/null'
  becomes active 1

  step "the machine is switched off and on"
  now
  switched_off
  booted || fail "it does not come up again"
  becomes active 60
  doors_are_open
  [ "$(has under-load)" = "$there" ] || wrong "mail is lost with the machine"
  [[ $(journal --output=cat) == *'Deactivated successfully'* ]] || wrong "it did not end well with the machine"

  step "remove and purge: the unit is gone, mail stays"
  does 'dpkg -r postroom'
  [ "$(unit LoadState)" = not-found ] || wrong "the unit is $(unit LoadState)"
  [ -z "$(alone pgrep -u postroom || true)" ] || wrong "it still runs"
  does '! test -e /run/postroom'
  does 'dpkg -i /srv/postroom.deb'
  becomes active 5
  [ "$(has under-load)" = "$there" ] || wrong "mail is lost with the package"
  does 'dpkg --purge postroom'
  alone find /etc/systemd /var/lib/systemd -name '*postroom*' ! -path '*postroom.service.d*' | grep . && wrong "there is something left of the unit"
  does 'test -n "$(ls -A /var/lib/postroom)" && ! test -e /etc/postroom/main.cf'
  does '! systemctl --failed --quiet | grep .'

  for rpm in "$(dirname "$deb")"/postroom-*.rpm; do
    [ -e "$rpm" ] || continue
    step "the .rpm, by rpm: nothing is started before somebody says so, and an upgrade starts what ran"
    cp "$rpm" "$root/srv/postroom.rpm"
    by_rpm() { does "rpm --force-debian --nodeps --nosignature $*"; }
    by_rpm -i /srv/postroom.rpm
    [ "$(unit ActiveState) $(unit UnitFileState)" = 'inactive disabled' ] || wrong "installed, it is $(unit ActiveState) and $(unit UnitFileState)"
    by_rpm -U --force /srv/postroom.rpm
    [ "$(unit ActiveState)" = inactive ] || wrong "an upgrade starts what did not run: $(unit ActiveState)"
    does 'systemctl enable --now postroom 2>/dev/null'
    becomes active 1
    doors_are_open
    [ "$(has under-load)" = "$there" ] || wrong "mail is not there"
    before=$(unit InvocationID)
    by_rpm -U --force /srv/postroom.rpm
    becomes active 1
    [ "$(unit InvocationID)" != "$before" ] || wrong "the old version still runs"
    by_rpm -e postroom
    [ "$(unit LoadState)" = not-found ] && [ -z "$(alone pgrep -u postroom || true)" ] || wrong "it still runs"
    ! test -L "$root/etc/systemd/system/multi-user.target.wants/postroom.service" || wrong "it is still enabled"
    does 'test -n "$(ls -A /var/lib/postroom)"'
  done

  switched_off
  trap - EXIT
else
  cannot_boot
fi
