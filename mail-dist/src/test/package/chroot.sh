# A machine without systemd, read by clean-root: from the installation of the package to its end, by hand.
# shellcheck shell=bash disable=SC2154 # what machine.sh and clean-root say

root=$folder/root
make_root

step "install"
inside apt-get update -qq
SECONDS=0
install /srv/postroom.deb
echo "in $SECONDS s"
inside dpkg -s postroom | grep -E '^(Status|Version|Installed-Size)'
inside dpkg --verify postroom
inside update-alternatives --display mta | sed -n 1,8p
for name in /usr/sbin/sendmail /usr/lib/sendmail /usr/bin/mailq /usr/bin/newaliases /usr/bin/doveadm /usr/bin/doveconf; do
  [ "$(inside readlink -f $name)" = /usr/share/postroom/postroom ] || fail "$name is not ours"
done
inside ls -ld /var/lib/postroom /var/log/postroom /var/spool/postroom/maildrop /etc/postroom/main.cf /etc/aliases /var/cache/postroom
inside ls -l /var/cache/postroom

step "its scripts again: nothing changes"
before=$(inside find /etc /var/lib/postroom /var/spool/postroom /usr/sbin/sendmail /usr/bin/doveadm -printf '%p %u %g %m %l\n' | sort)
inside dpkg-reconfigure postroom
[ "$before" = "$(inside find /etc /var/lib/postroom /var/spool/postroom /usr/sbin/sendmail /usr/bin/doveadm -printf '%p %u %g %m %l\n' | sort)" ] ||
  fail "a second configuration changes something"

step "mail of a machine whose server does not run"
inside useradd --create-home ada
inside useradd --create-home bob
echo 'ada:correct horse' | inside chpasswd
inside sh -c 'echo "root: ada" >>/etc/aliases'
inside newaliases
printf 'Subject: before-the-start\n\nIt waits.\n' | as ada sendmail ada
[ "$(find "$root/var/spool/postroom/maildrop" -maxdepth 1 -type f | wc -l)" = 1 ] || fail "nothing is left in the maildrop"
[[ $(alone mailq -Ac) == *'in 1 Request'* ]] || fail "mailq -Ac does not list it"

step "start"
# Log-ins with the machine's passwords.
inside usermod -aG shadow postroom
alone postconf -e maillog_file=/var/log/postroom/mail.log
alone postroom check
start
alone postroom status
process=$(alone postroom status --json | sed -n 's/.*"process" : \([0-9]*\).*/\1/p')
[ "$(alone stat -c %U "/proc/$process")" = postroom ] || fail "the server runs as $(alone stat -c %U "/proc/$process")"
alone postroom tls export --to /root/ca.pem
expect 1 before-the-start

step "mail of root, of a user, of a neighbour"
printf 'Subject: by-sendmail\n\nx\n' | alone sendmail -t -i ada
printf 'Subject: of-a-user\n\nx\n' | as ada sendmail root
printf 'Subject: by-smtp\n\nx\n' | alone curl -sS --url smtp://localhost:25 --mail-from you@example.com --mail-rcpt ada@localhost --upload-file -
for word in by-sendmail of-a-user by-smtp; do expect 1 $word; done
alone postfix status

step "what the server runs for its callers, without a JVM of theirs"
# Which would not start with this.
broken=POSTROOM_JAVA_OPTS=-XX:+NoSuchOption
for words in mailq 'postqueue -p' 'postconf -n' newaliases 'postalias -q postmaster hash:/etc/aliases' 'postfix status'; do
  # shellcheck disable=SC2086 # words
  alone env $broken $words >/dev/null || fail "$words needs a JVM"
done
printf 'Subject: without-a-jvm\n\nx\n' | as ada env $broken sendmail ada
expect 1 without-a-jvm
printf 'Subject: with-a-jvm\n\nx\n.\n' | as ada sendmail ada
expect 1 with-a-jvm
! alone env $broken postconf -e compatibility_level=3.6 2>/dev/null || fail "an edit is the server's"

# shellcheck source=tutorials.sh
. "$here/tutorials.sh"
# shellcheck source=callers.sh
. "$here/callers.sh"

step "as in a container: a user without rights, all addresses, ports that everybody may have there"
stop
alone sh -c 'echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start'
cp "$root/etc/postroom/main.cf" "$root/root/main.cf"
alone postconf -e inet_interfaces=all
(cd / && as postroom sh -c 'cd /var/lib/postroom && echo $$ >/run/postroom/pid && exec postroom serve -c /etc/postroom/main.cf') >"$folder/container.log" 2>&1 &
contained=$!
for _ in $(seq 300); do
  ! as postroom postroom status >/dev/null 2>&1 || break
  pause
done
as postroom postroom status || { tail -n 20 "$folder/container.log"; fail "its health is not what status says"; }
expect 1 by-sendmail
kill "$(cat "$root/run/postroom/pid")"
status=0
wait "$contained" || status=$?
[ "$status" = 143 ] || [ "$status" = 0 ] || fail "told to end, it ends with status $status"
mv "$root/root/main.cf" "$root/etc/postroom/main.cf"

step "remove: mail and configuration stay"
inside dpkg -r --force-depends postroom
[ -e "$root/etc/postroom/main.cf" ] || fail "the configuration is gone"
[ -n "$(ls -A "$root/var/lib/postroom")" ] || fail "mail is gone"
for name in /usr/sbin/sendmail /usr/bin/mailq /usr/bin/newaliases /usr/bin/doveadm /usr/share/postroom; do
  [ ! -e "$root$name" ] || fail "$name is still there"
done

step "install again"
inside dpkg -i /srv/postroom.deb
start
expect 1 by-sendmail

step "upgrade: a copy of the store, and all mail"
echo '# of the administrator' >>"$root/etc/postroom/main.cf"
version=$(inside dpkg-deb -f /srv/postroom.deb Version)
later 1
alone dpkg -i /srv/later-1.deb
[ -d "$root/var/backups/postroom/before-$version+1" ] || fail "there is no copy of the store"
grep -q 'of the administrator' "$root/etc/postroom/main.cf" || fail "the configuration is another"
start
for word in before-the-start by-sendmail of-a-user by-smtp; do expect 1 $word; done

step "an upgrade without room for the copy changes nothing"
stop
mount -t tmpfs -o size=64k tmpfs "$root/var/backups"
later 2
if alone dpkg -i /srv/later-2.deb; then
  umount "$root/var/backups"
  fail "it was installed"
fi
umount "$root/var/backups"
inside dpkg -s postroom | grep -E '^(Status|Version)'
[ "$(inside dpkg-query -W -f '${Version}' postroom)" = "$version+1" ] || fail "it is another version"
start
expect 1 by-sendmail
stop

step "the old version again: the copy that one goes back to stays"
inside dpkg -i /srv/postroom.deb
[ "$(inside dpkg-query -W -f '${Version}' postroom)" = "$version" ] || fail "it is another version"
[ -d "$root/var/backups/postroom/before-$version+1" ] || fail "the copy is gone"
[ ! -e "$root/var/backups/postroom/before-$version" ] || fail "there is another copy"

step "purge: the configuration goes, mail stays"
inside dpkg --purge --force-depends postroom
[ ! -e "$root/etc/postroom/main.cf" ] || fail "the configuration stays"
[ -n "$(ls -A "$root/var/lib/postroom")" ] || fail "mail is gone"

for rpm in "$(dirname "$deb")"/postroom-*.rpm; do
  [ -e "$rpm" ] && command -v rpm >/dev/null || continue
  step "the .rpm, by rpm, without what it depends on: installed, used, removed"
  by_rpm() { rpm --root "$root" --force-debian --nodeps --nosignature --noplugins "$@"; }
  by_rpm -iv "$rpm"
  [ "$(inside readlink -f /usr/sbin/sendmail)" = /usr/share/postroom/postroom ] || fail "sendmail is not its own"
  by_rpm -V postroom || wrong "rpm finds something changed"
  # Without systemd, and without the log that the other configuration named.
  alone postroom postconf -e maillog_file=/var/log/postroom/mail.log
  alone postroom postfix start
  touch "$folder/running"
  expect 1 by-sendmail
  printf 'Subject: by-rpm\n\nx\n' | as ada sendmail ada
  expect 1 by-rpm
  alone postroom postfix stop
  rm -f "$folder/running"
  by_rpm -ev postroom
  [ ! -e "$root/usr/sbin/sendmail" ] || fail "sendmail is still there"
  [ -n "$(ls -A "$root/var/lib/postroom")" ] || fail "mail is gone"
done

leave_root
trap - EXIT
