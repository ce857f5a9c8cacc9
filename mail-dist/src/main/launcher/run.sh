# How Postroom's JVM is found and run: read by the launcher of the sources and by that of packages.
# shellcheck shell=sh disable=SC2034,SC2154 # what one of both gives to the other

main=org.postroom.dist.applet.Postroom

say() { printf 'postroom: %s\n' "$*" >&2; }

# A command is soon over, and each process that a shell starts costs a part of that: what follows
# gives its results in variables, and starts none where it can do without.

# What a link named $1 to the launcher is called for, in $words; nothing where it is no other name.
find_words() {
  case $1 in
  mailq) words='sendmail -bp' ;;
  newaliases) words='sendmail -bi' ;;
  sendmail | postqueue | postsuper | postcat | postconf | postmap | postalias | makemap | postfix | doveconf | doveadm) words=$1 ;;
  *) words= ;;
  esac
}

# The version of the Java in folder $1, when it has the program $2, in $version; else nothing.
find_version() {
  version=
  [ -x "$1/bin/java" ] && [ -x "$1/bin/$2" ] || return 0
  if [ -r "$1/release" ]; then
    while IFS='=' read -r name value || [ -n "$name" ]; do
      if [ "$name" = JAVA_VERSION ]; then
        value=${value#\"}
        version=${value%%[!0-9._]*}
        return 0
      fi
    done <"$1/release"
  else
    version=$("$1/bin/java" -version 2>&1 </dev/null | sed -n 's/.* version "\([0-9._]*\).*/\1/p' | head -n 1)
  fi
}

# The first Java of version 17 or later that has the program $1: its folder in $java, and $version.
find_java() {
  on_path=
  # What JAVA_HOME names is looked at before anything else, and is as a rule the one.
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME
    find_version "$java" "$1"
    ! is_new || return 0
    say "JAVA_HOME has no $1 of version 17 or later; looking elsewhere"
  fi
  on_path=$(command -v "$1" 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f -- "$on_path")
    on_path=${on_path%/*}
    on_path=${on_path%/*}
  fi
  for java in "$on_path" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nonexistent}"/.sdkman/candidates/java/current; do
    [ -n "$java" ] || continue
    find_version "$java" "$1"
    ! is_new || return 0
  done
  return 1
}

is_new() { [ -n "$version" ] && [ "${version%%.*}" -ge 17 ]; }

# Becomes the JVM of $JAVA_HOME, of version $version, with the options in folder $run.
jvm() {
  # By the locale C, Java 17 reads words of the command line as ASCII.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  '' | C | POSIX) export LC_ALL=C.UTF-8 ;;
  esac
  [ "${version%%.*}" -lt 24 ] || set -- "@$run/jvm-24.options" "$@"
  exec "$JAVA_HOME/bin/java" "@$run/jvm.options" "$@" 9>&-
}

# The archives of loaded classes that make every start quicker, into folder $archives: the server's,
# written by one that starts in a folder of its own and ends, and that of the commands, of what some
# have used that ask it. The latter is written by no command itself: such an archive would leave out
# classes as old as those that read the command line, which take longest to load.
archive_classes() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/postroom-start.XXXXXX")
  cat >"$scratch/main.cf" <<'END'
myhostname = localhost.localdomain
inet_interfaces = loopback-only
storage_url = h2:data
listeners = smtp:0 submissions:0 pop3s:0 imap:0 imaps:0
END
  jvm -XX:ArchiveClassesAtExit="$scratch/classes" -cp "$classpath" \
    "$main" serve -c "$scratch/main.cf" >"$scratch/out" 2>&1 </dev/null &
  pid=$!
  # In the background it does not hear Ctrl-C itself.
  trap 'kill $pid 2>/dev/null || true; rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  tries=0
  while [ $tries -lt 60 ] && kill -0 $pid 2>/dev/null && ! grep -q listens "$scratch/out"; do
    tries=$((tries + 1))
    sleep 1
  done
  # What the JVM's own archive has is not there beside another one.
  [ ! -r "$JAVA_HOME/lib/classlist" ] || cat "$JAVA_HOME/lib/classlist" >"$scratch/lists"
  for words in "postqueue -c $scratch -p" "sendmail -C $scratch -q" "postconf -c $scratch -n"; do
    # shellcheck disable=SC2086 # words
    (jvm -XX:DumpLoadedClassList="$scratch/list" -cp "$classpath" "$main" $words) \
      >/dev/null 2>&1 </dev/null || true
    [ ! -s "$scratch/list" ] || cat "$scratch/list" >>"$scratch/lists"
  done
  # Java 17 dies of a line that comes twice.
  awk '!seen[$0]++' "$scratch/lists" >"$scratch/once" || true
  (jvm -Xshare:dump -XX:SharedClassListFile="$scratch/once" -XX:SharedArchiveFile="$scratch/commands" \
    -XX:ErrorFile="$scratch/error" -cp "$classpath") >/dev/null 2>&1 </dev/null || true
  kill $pid 2>/dev/null || true
  wait $pid || true
  trap - EXIT INT TERM
  [ ! -s "$scratch/classes" ] || mv "$scratch/classes" "$archives/serve-$version.jsa"
  [ ! -s "$scratch/commands" ] || mv "$scratch/commands" "$archives/commands-$version.jsa"
  rm -rf "$scratch"
}

# Becomes the command $@. A command ends before the second compiler has gained anything, and before
# anybody has looked at its figures.
launch() {
  archive=$archives/commands-$version.jsa
  brief='-XX:TieredStopAtLevel=1 -XX:-UsePerfData'
  if [ "$1" = serve ] || [ "$1" = fixture ]; then
    archive=$archives/serve-$version.jsa
    brief=
    if [ ! -e "$archive" ] && [ -w "$archives" ]; then archive_classes; fi
  fi
  set -- -cp "$classpath" "$main" "$@"
  [ ! -e "$archive" ] || set -- "-XX:SharedArchiveFile=$archive" "$@"
  # shellcheck disable=SC2086 # options are words
  jvm $brief ${POSTROOM_JAVA_OPTS:-} "$@"
}
