package org.postroom.dist.applet.move;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postroom.core.mailbox.Uid;
import org.postroom.dist.files.MaildirFlags;

/**
 * Which UIDs the files of a Maildir have: {@code dovecot-uidlist} of version 3 and 1, and Courier's
 * {@code courierimapuiddb}.
 *
 * @param uidNext no file has had this or a higher one
 * @param guid what Dovecot calls the mailbox, as it stands in the list
 * @param uids by file name without flags
 */
record UidList(long uidValidity, long uidNext, Optional<String> guid, Map<String, Long> uids) {
  /** What Dovecot calls the file. */
  static final String NAME = "dovecot-uidlist";

  private static final List<String> NAMES = List.of(UidList.NAME, "courierimapuiddb");
  private static final Pattern NEWER = Pattern.compile("3( [A-Z][^ ]*)*");
  private static final Pattern OLDER = Pattern.compile("1 (\\d{1,10}) (\\d{1,10})");
  private static final Pattern ENTRY = Pattern.compile("(\\d{1,10})(?: [A-Z][^ ]*)* :(.+)");
  private static final Pattern PLAIN_ENTRY = Pattern.compile("(\\d{1,10}) (.+)");

  UidList {
    uids = Map.copyOf(uids);
  }

  /**
   * That of a folder; empty where it has none.
   *
   * @throws Trouble when it cannot be understood
   */
  static Optional<UidList> of(Path folder) throws IOException, Trouble {
    for (String name : NAMES) {
      Path file = folder.resolve(name);
      Optional<String> text = SafeFiles.text(file);
      if (text.isPresent()) {
        return Optional.of(read(file, text.get()));
      }
    }
    return Optional.empty();
  }

  private static UidList read(Path file, String text) throws Trouble {
    // A last line that has no end is one that is being written.
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    if (lines.isEmpty()) {
      throw new Trouble(file + ": expected a first line with a UIDVALIDITY");
    }
    String first = lines.get(0);
    boolean newer = NEWER.matcher(first).matches();
    long validity = newer ? value(first, 'V') : older(file, first, 1);
    long next = newer ? Math.max(1, value(first, 'N')) : older(file, first, 2);
    if (validity < 1 || validity > Uid.MAX) {
      throw new Trouble(file + ": line 1: expected a UIDVALIDITY, found: " + shown(first));
    }
    Map<String, Long> uids = new HashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      Matcher entry = (newer ? ENTRY : PLAIN_ENTRY).matcher(lines.get(i));
      long uid = entry.matches() ? Long.parseLong(entry.group(1)) : 0;
      if (uid < 1 || uid > Uid.MAX) {
        throw new Trouble(
            file
                + ": line "
                + (i + 1)
                + ": expected a UID and a file, found: "
                + shown(lines.get(i)));
      }
      // A later line takes the place of an earlier one.
      uids.put(MaildirFlags.base(entry.group(2)), uid);
      next = Math.max(next, uid + 1);
    }
    if (next > Uid.MAX) {
      throw new Trouble(file + ": no UID is left for a message that comes later");
    }
    Optional<String> guid =
        newer
            ? Stream.of(first.split(" ")).filter(word -> word.startsWith("G")).findFirst()
            : Optional.empty();
    return new UidList(validity, next, guid, uids);
  }

  /** As Dovecot reads it, with version 3. */
  String text() {
    StringBuilder text = new StringBuilder("3 V" + uidValidity + " N" + uidNext);
    guid.ifPresent(word -> text.append(' ').append(word));
    text.append('\n');
    uids.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(one -> text.append(one.getValue()).append(" :").append(one.getKey()).append('\n'));
    return text.toString();
  }

  private static long value(String line, char key) {
    for (String word : line.split(" ")) {
      if (word.length() > 1 && word.charAt(0) == key && word.substring(1).matches("\\d{1,10}")) {
        return Long.parseLong(word.substring(1));
      }
    }
    return 0;
  }

  private static long older(Path file, String line, int group) throws Trouble {
    Matcher found = OLDER.matcher(line);
    if (!found.matches()) {
      throw new Trouble(file + ": line 1: not a list of UIDs that is known: " + shown(line));
    }
    return Long.parseLong(found.group(group));
  }

  private static String shown(String text) {
    String clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= 60 ? clean : clean.substring(0, 60) + "…";
  }
}
