#!/bin/sh
# The fixture's first start in a JVM, its first mail and that mail's first reader, further starts, resets
# and closes, beside GreenMail's, in turn: starts.sh [rounds], each with a JVM of its own. GreenMail comes
# from Maven Central once; the distribution must have been built (mvn package -DskipTests).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
java=${BENCH_JAVA:-java}
greenmail=${BENCH_SCRATCH:-${TMPDIR:-/tmp}/mailbench}/greenmail-starts
if [ ! -d "$greenmail/lib" ]; then
  mkdir -p "$greenmail"
  cat >"$greenmail/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bench</groupId><artifactId>starts</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.icegreen</groupId><artifactId>greenmail</artifactId><version>2.1.8</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
POM
  (cd "$greenmail" && mvn -B -ntp -q dependency:copy-dependencies -DoutputDirectory=lib)
fi
# Compiled before, so that a start does not wait for the compiler.
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
# Without a logging back end, as in an application that has none yet.
ours=$(find "$root/mail-dist/target/dist/lib" -name '*.jar' ! -name 'logback*' | tr '\n' ':')
ours=$ours:$(find "$greenmail/lib" -name 'slf4j-nop*')
javac -d "$classes" -cp "$ours:$greenmail/lib/*" \
  "$here/FirstMail.java" "$here/Starts.java" "$here/GreenMailStarts.java"
round=0
while [ "$round" -lt "${1:-5}" ]; do
  "$java" -cp "$classes:$ours" Starts 2>/dev/null
  "$java" -cp "$classes:$greenmail/lib/*" GreenMailStarts 2>/dev/null
  round=$((round + 1))
done
