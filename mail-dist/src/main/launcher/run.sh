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

# Becomes the JVM of $JAVA_HOME, of version $version, with the options in folder $run; below $politely,
# where that is something.
jvm() {
  # By the locale C, Java 17 reads words of the command line as ASCII.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  '' | C | POSIX) export LC_ALL=C.UTF-8 ;;
  esac
  [ "${version%%.*}" -lt 24 ] || set -- "@$run/jvm-24.options" "$@"
  # shellcheck disable=SC2086 # words
  exec ${politely:-} "$JAVA_HOME/bin/java" "@$run/jvm.options" "$@" 9>&-
}

# Where servers have their archive, in $archive, and by which option: $writes and $reads. From Java 25
# on it has profiles beside the classes, by which what a server does often is compiled at once. They
# are made of what has been done often: of so many mails, $mails.
find_archive() {
  if [ "${version%%.*}" -ge 25 ]; then
    archive=$archives/serve-$version.aot writes=-XX:AOTCacheOutput reads=-XX:AOTCache mails=300
  else
    archive=$archives/serve-$version.jsa writes=-XX:ArchiveClassesAtExit reads=-XX:SharedArchiveFile mails=3
  fi
}

# The archives of loaded classes that make every start quicker, into folder $archives: the server's,
# written by one that starts in a folder of its own, is its own first client, and ends; and that of
# the commands, of what some have used that ask it. The latter is written by no command itself: such
# an archive would leave out classes as old as those that read the command line, which take longest
# to load.
archive_classes() {
  find_archive
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/postroom-start.XXXXXX")
  : >"$scratch/out"
  jvm "$writes=$scratch/classes" -cp "$classpath" \
    org.postroom.dist.applet.Rehearsal "$scratch" $mails >"$scratch/out" 2>&1 </dev/null &
  pid=$!
  # In the background it does not hear Ctrl-C itself.
  trap 'kill $pid 2>/dev/null || true; rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  tries=0
  while [ $tries -lt 300 ] && kill -0 $pid 2>/dev/null && ! grep -q '^rehearsed' "$scratch/out"; do
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
  # Java 17 dies of a line that comes twice, and Java 25 takes no list in which a class has two numbers:
  # only those need one that come by a loader of their own, and may be left out.
  awk '/ source: / { next } { sub(/ id: [0-9]+$/, "") } !seen[$0]++' \
    "$scratch/lists" >"$scratch/once" || true
  (jvm -Xshare:dump -XX:SharedClassListFile="$scratch/once" -XX:SharedArchiveFile="$scratch/commands" \
    -XX:ErrorFile="$scratch/error" -cp "$classpath") >/dev/null 2>&1 </dev/null || true
  kill $pid 2>/dev/null || true
  wait $pid || true
  trap - EXIT INT TERM
  put_archive classes "$archive"
  put_archive commands "$archives/commands-$version.jsa"
  rm -rf "$scratch"
}

# What has been written as $1 becomes archive $2; nobody who starts meanwhile has half of it.
put_archive() {
  [ -s "$scratch/$1" ] || return 0
  mv "$scratch/$1" "$2.$$" && mv "$2.$$" "$2" || rm -f "$2.$$"
}

# The same beside a server that starts, which waits for nothing; what else the machine has to do comes
# first. Of servers that start at the same moment, where there is flock, one has it done.
archive_classes_meanwhile() {
  { command exec 7>"$archives/archiving"; } 2>/dev/null || return 0
  if ! command -v flock >/dev/null 2>&1 || flock -n 7; then
    politely='nice -n 19'
    (exec 9>&- && archive_classes) >/dev/null 2>&1 </dev/null &
    politely=
  fi
  exec 7>&-
}

# Ends where Java does not take an option of POSTROOM_JAVA_OPTS, as other faults of a configuration end a
# server. Java's own status is the same when the machine has no memory or no thread for it just now, so
# that what it says must be of options. What would begin beside the server is not begun for that.
check_options() {
  options=
  for word in $POSTROOM_JAVA_OPTS; do
    case $word in
    @*) return 0 ;;
    -agent* | -javaagent* | -Xrun* | *jmxremote* | *FlightRecording* | -Xlog*) ;;
    *) options="$options $word" ;;
    esac
  done
  # shellcheck disable=SC2086 # options are words
  said=$(unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS &&
    (jvm $options -XX:ErrorFile=/dev/null -version) 2>&1 </dev/null) && return 0
  case $said in
  *Unrecognized* | *'Improperly specified'* | *'Invalid '* | *'Missing +/-'* | *Conflicting* | \
    *'Multiple garbage collectors'* | *'outside the allowed range'* | *larger*than* | *'Too small'* | \
    *'must be '* | *'not supported'*) ;;
  *) return 0 ;;
  esac
  why=$(printf '%s\n' "$said" | sed '/^Error occurred during/d
    s/Error: Could not create the Java.*//; s/Error: A fatal exception.*//' | tr -s '\n' ' ' | sed 's/ *$//')
  say "error: POSTROOM_JAVA_OPTS: $why"
  exit 78
}

# Becomes the command $@. A command ends before the second compiler has gained anything, and before
# anybody has looked at its figures.
launch() {
  archive=$archives/commands-$version.jsa reads=-XX:SharedArchiveFile
  brief='-XX:TieredStopAtLevel=1 -XX:-UsePerfData'
  if [ "$1" = serve ] || [ "$1" = fixture ]; then
    find_archive
    brief=
    if [ ! -e "$archive" ] && [ -w "$archives" ]; then archive_classes_meanwhile; fi
  fi
  [ "$1" != serve ] || [ -z "${POSTROOM_JAVA_OPTS:-}" ] || check_options
  set -- -cp "$classpath" "$main" "$@"
  case ${POSTROOM_JAVA_OPTS:-} in
  *-Xshare:* | *SharedArchiveFile* | *AOT*) archive= ;; # Java does not take both
  esac
  if [ -e "$archive" ]; then
    # One that does not fit, such as that of another build of the same Java, is as good as none, and
    # nothing to be heard of.
    set -- '-Xlog:cds*=off' "$reads=$archive" "$@"
    [ "${version%%.*}" -lt 25 ] || set -- '-Xlog:aot*=off' "$@"
  fi
  # shellcheck disable=SC2086 # options are words
  jvm $brief ${POSTROOM_JAVA_OPTS:-} "$@"
}
