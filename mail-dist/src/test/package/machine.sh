# A Debian in a folder, with a network of its own that leads nowhere, in which a .deb of Postroom is used: read by
# clean-root, which says what $deb and $folder are; each of its parts says which $root it has.
# shellcheck shell=bash disable=SC2154 # they are those of others

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'clean-root: %s\n' "$*" >&2
  exit 1
}
# What is not as it should be, and keeps nobody from looking at the rest.
found_wrong=()
wrong() {
  printf 'clean-root: %s\n' "$*" >&2
  found_wrong+=("$*")
}
pause() { read -rt 0.2 <> <(:) || true; }

plain=(/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
inside() { chroot "$root" "${plain[@]}" "$@"; }
# Without the machine's network: the usual ports are free there, and nobody is reached.
alone() { nsenter --net="/proc/$holder/ns/net" --uts="/proc/$holder/ns/uts" chroot "$root" "${plain[@]}" "$@"; }
as() { # USER COMMAND ...
  local user=$1
  shift
  alone setpriv --reuid="$user" --regid="$user" --init-groups env HOME="/home/$user" USER="$user" LOGNAME="$user" "$@"
}

# A Debian that has nothing else, kept in $folder/debian; a copy of it is $root.
make_debian() {
  local debian=$folder/debian suite mirror file
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  if [ ! -e "$debian/complete" ]; then
    step "a Debian $suite"
    mirror=$(grep -rhE '^(deb|URIs:) ' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | grep -oE 'https?://[^ ]*debian[^ ]*' | grep -v security | head -n 1 || true)
    debootstrap --variant=minbase --include=ca-certificates,curl,procps,util-linux "$suite" "$debian" "${mirror:-http://deb.debian.org/debian}" >"$folder/debootstrap.log" 2>&1 ||
      { tail -n 20 "$folder/debootstrap.log"; fail "no Debian"; }
    touch "$debian/complete"
  fi
  rm -rf --one-file-system "$root"
  cp -a "$debian" "$root"
  # Packages that were got once are not got again.
  mkdir -p "$folder/archives"
  cp -a "$folder/archives/." "$root/var/cache/apt/archives/"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  [ -s "$root/etc/hosts" ] || echo '127.0.0.1 localhost' >"$root/etc/hosts"
  for file in /etc/apt/apt.conf.d/*proxy*; do [ ! -e "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"; done
  cp "$deb" "$root/srv/postroom.deb"
  trap unmount EXIT
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
}
# Nothing of the machine is left in it, whatever ends this.
unmount() { umount "$root/dev" "$root/proc" 2>/dev/null || true; }
# The same where packages are to be used: no mount, but a chroot as people have it.
make_root() {
  make_debian
  # An address that is not its own, for strangers.
  unshare --net --uts sh -c 'hostname mail.example.org && ip link set lo up && ip addr add 192.0.2.1/32 dev lo && exec sleep infinity' &
  holder=$!
  trap leave_root EXIT
  until [ "$(nsenter --uts="/proc/$holder/ns/uts" hostname)" = mail.example.org ]; do pause; done
}
leave_root() {
  if [ -e "$folder/running" ]; then alone postfix abort || true; fi
  [ ! -s "$root/run/crond.pid" ] || kill "$(cat "$root/run/crond.pid")" 2>/dev/null || true
  [ ! -s "$root/run/atd.pid" ] || kill "$(cat "$root/run/atd.pid")" 2>/dev/null || true
  kill "$holder" 2>/dev/null || true
  unmount
}
install() { # PACKAGE ...: with what it needs and nothing that it recommends
  inside apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "$@" >>"$folder/install.log" 2>&1 ||
    { tail -n 30 "$folder/install.log"; fail "not installed: $*"; }
  cp -au "$root"/var/cache/apt/archives/*.deb "$folder/archives/" 2>/dev/null || true
}

# By hand, as on a machine without systemd.
start() {
  alone postfix start || { tail -n 20 "$root/var/log/postroom/mail.log" || true; fail "the server does not start"; }
  touch "$folder/running"
}
stop() {
  alone postfix stop
  rm -f "$folder/running"
}

# It ends well and says the words; what it says is printed.
shows() { # WORDS COMMAND ...
  local words=$1 said status=0
  shift
  said=$(alone "$@" 2>&1 </dev/null) || status=$?
  printf '$ %s\n%s\n' "$*" "$said"
  [ "$status" = 0 ] || { wrong "$* ends with status $status"; return 0; }
  [[ $said == *"$words"* ]] || wrong "$* does not say: $words"
}
# It ends with the status and says the words.
refuses() { # STATUS WORDS COMMAND ...
  local expected=$1 words=$2 said status=0
  shift 2
  said=$(alone "$@" 2>&1 </dev/null) || status=$?
  printf '$ %s\n%s\n' "$*" "$said"
  [ "$status" = "$expected" ] || wrong "$* ends with status $status instead of $expected"
  [[ $said == *"$words"* ]] || wrong "$* does not say: $words"
}
# A shell's line, which ends well.
does() { # LINE
  printf '$ %s\n' "$1"
  alone sh -c "$1" || wrong "$1 ends with status $?"
}

# By her mail program: what ada sees of her mail.
imap() { alone curl -sS --cacert /root/ca.pem --user "ada:correct horse" "imaps://localhost/INBOX$1"; }
# The numbers of those with the word in their subject.
numbers() { imap "?SUBJECT%20$1" | tr -d '\r' | sed -n 's/^\* SEARCH *//p'; }
has() { numbers "$1" | wc -w; }
expect() { # NUMBER WORD
  for _ in $(seq 100); do
    [ "$(has "$2")" != "$1" ] || { echo "ada has $1 with $2"; return 0; }
    pause
  done
  fail "ada has $(has "$2") mails with $2 instead of $1"
}
# Exactly one mail with the word in its subject has come to ada, and has each of the texts in it.
arrived() { # WORD TEXT ...
  local word=$1 number mail text
  shift
  for _ in $(seq 100); do
    [ "$(has "$word")" = 0 ] || break
    pause
  done
  number=$(has "$word")
  [ "$number" = 1 ] || { wrong "ada has $number mails with $word instead of 1"; return 0; }
  mail=$(imap ";MAILINDEX=$(numbers "$word")" | tr -d '\r')
  for text in "$@"; do
    [[ $mail == *"$text"* ]] || { head -n 40 <<<"$mail"; wrong "the mail with $word has no: $text"; return 0; }
  done
  echo "ada has one with $word: $(grep -m 1 -i '^Return-Path:' <<<"$mail")"
}

# Makes a package of a later version, /srv/later-$1.deb, that is else the same.
later() {
  rm -rf "$root/srv/later"
  inside dpkg-deb -R /srv/postroom.deb /srv/later
  sed -i "s/^Version: .*/Version: $version+$1/" "$root/srv/later/DEBIAN/control"
  sed -i "s/$version/$version+$1/" "$root/srv/later/DEBIAN/preinst"
  inside dpkg-deb -Zgzip -z1 -b /srv/later "/srv/later-$1.deb" >/dev/null
}
