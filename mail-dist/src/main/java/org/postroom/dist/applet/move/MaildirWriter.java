package org.postroom.dist.applet.move;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postroom.dist.files.MaildirFlags;
import org.postroom.dist.operation.MessageOperations.Known;

/**
 * Writes one folder of a Maildir. A file is there whole or not at all; what is there already, from
 * an earlier run or from the program that the mail came from, stays and gets the flags of now.
 */
final class MaildirWriter implements FolderWriter {
  private static final String CUR = "cur";
  private static final String TMP = "tmp";
  private static final Pattern OURS = Pattern.compile("-?\\d+\\.V(\\d+)U(\\d+)\\.postroom,.*");

  private final Path folder;
  private final long uidValidity;
  private final Report report;
  private long uidNext;
  private final Map<String, Character> letters = new TreeMap<>();
  private final List<String> keywords = new ArrayList<>();
  private final Map<Long, Path> there = new HashMap<>();
  private final Map<String, Long> uids = new HashMap<>();
  private final Set<String> without = new TreeSet<>();
  private Optional<String> guid = Optional.empty();

  private MaildirWriter(Path folder, long uidValidity, Report report) {
    this.folder = folder;
    this.uidValidity = uidValidity;
    this.report = report;
  }

  /**
   * Makes the folder, or looks what is in it.
   *
   * @throws Trouble when it has messages under other UIDs
   */
  static MaildirWriter open(Path folder, boolean isRoot, long uidValidity, Report report)
      throws IOException, Trouble {
    MaildirWriter writer = new MaildirWriter(folder, uidValidity, report);
    for (String part : List.of(CUR, "new", TMP)) {
      SafeFiles.makeFolder(folder.resolve(part));
    }
    Path marker = folder.resolve("maildirfolder");
    if (!isRoot && !Files.exists(marker)) {
      SafeFiles.replace(marker, "");
    }
    writer.look();
    return writer;
  }

  private void look() throws IOException, Trouble {
    Optional<UidList> list = UidList.of(folder);
    if (list.isPresent() && list.get().uidValidity() != uidValidity) {
      throw new Trouble(
          folder
              + ": its messages have UIDVALIDITY "
              + list.get().uidValidity()
              + ", and ours "
              + uidValidity
              + "; choose an empty folder");
    }
    guid = list.flatMap(UidList::guid);
    Set<String> unknown = new HashSet<>();
    for (String part : List.of("new", CUR)) {
      try (Stream<Path> files = Files.list(folder.resolve(part))) {
        for (Path file : files.sorted().toList()) {
          String base = MaildirFlags.base(String.valueOf(file.getFileName()));
          long listed = list.isPresent() ? list.get().uids().getOrDefault(base, 0L) : 0;
          long uid = listed > 0 ? listed : ourUid(base);
          if (uid == 0) {
            unknown.add(base);
          } else {
            there.put(uid, file);
            uids.put(base, uid);
          }
        }
      }
    }
    if (!unknown.isEmpty()) {
      throw new Trouble(
          folder
              + ": "
              + unknown.size()
              + " files in it are not ours and have no UID; choose an empty folder");
    }
    Path known = folder.resolve("dovecot-keywords");
    for (String line : SafeFiles.text(known).orElse("").lines().toList()) {
      String[] words = line.split(" ", 2);
      if (words.length == 2 && words[0].equals(Integer.toString(keywords.size()))) {
        add(words[1]);
      }
    }
  }

  /** By a name that we have given; 0 where it is none. */
  private long ourUid(String base) {
    Matcher name = OURS.matcher(base);
    boolean ours = name.matches() && name.group(1).equals(Long.toString(uidValidity));
    return ours ? Long.parseLong(name.group(2)) : 0;
  }

  private boolean add(String keyword) {
    String key = keyword.toLowerCase(Locale.ROOT);
    if (letters.containsKey(key) || keywords.size() == MaildirFlags.MOST_KEYWORDS) {
      return false;
    }
    letters.put(key, (char) ('a' + keywords.size()));
    keywords.add(keyword);
    return true;
  }

  /** Gives letters to keywords; before any file has them. */
  @Override
  public void begin(Collection<Known> messages, long next) throws IOException {
    uidNext = next;
    boolean more = false;
    for (Known one : messages) {
      for (String flag : one.flags()) {
        more |= !flag.startsWith("\\") && add(flag);
      }
    }
    if (more) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < keywords.size(); i++) {
        text.append(i).append(' ').append(keywords.get(i)).append('\n');
      }
      SafeFiles.replace(folder.resolve("dovecot-keywords"), text.toString());
    }
  }

  @Override
  public boolean know(Known message) throws IOException {
    Path file = there.remove(message.uid());
    if (file == null) {
      return false;
    }
    Path wanted = named(MaildirFlags.base(String.valueOf(file.getFileName())), message);
    report.known(1);
    if (!wanted.equals(file)) {
      Path unused = Files.move(file, wanted, StandardCopyOption.ATOMIC_MOVE);
      report.flagged(1);
    }
    return true;
  }

  private Path named(String base, Known message) {
    String flags = MaildirFlags.letters(Set.copyOf(message.flags()), letters, without);
    return folder.resolve(CUR).resolve(base + ":2," + flags);
  }

  @Override
  public MessageWriter begin(Known message, boolean asItIs) throws IOException {
    return new Message(new LfFile(folder.resolve(TMP).resolve(stem(message)), asItIs), message);
  }

  /** A file of its own, which is in its place when it is whole. */
  private final class Message implements MessageWriter {
    private final LfFile file;
    private final Known message;

    Message(LfFile file, Known message) {
      this.file = file;
      this.message = message;
    }

    @Override
    public void write(byte[] octets) throws IOException {
      file.write(octets);
    }

    @Override
    public boolean finish() throws IOException {
      if (!file.finish()) {
        return false;
      }
      put(file, message);
      return true;
    }

    @Override
    public void discard() throws IOException {
      Files.deleteIfExists(file.path());
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private String stem(Known message) {
    return Math.floorDiv(message.date(), 1000L)
        + ".V"
        + uidValidity
        + "U"
        + message.uid()
        + ".postroom";
  }

  /** Puts a message that was written in its place. */
  private void put(LfFile file, Known message) throws IOException {
    String base = stem(message) + ",S=" + file.size() + ",W=" + message.size();
    Files.setLastModifiedTime(file.path(), FileTime.fromMillis(message.date()));
    Path unused = Files.move(file.path(), named(base, message), StandardCopyOption.ATOMIC_MOVE);
    uids.put(base, message.uid());
  }

  /**
   * All messages are there: removes what we wrote and is here no more, and writes down the UIDs.
   */
  @Override
  public void finish() throws IOException {
    for (Path gone : there.values()) {
      String base = MaildirFlags.base(String.valueOf(gone.getFileName()));
      if (OURS.matcher(base).matches()) {
        Files.delete(gone);
        uids.remove(base);
        report.removed(1);
      } else {
        report.note(gone.toString(), "this message is here no more, and stays where it is");
      }
    }
    SafeFiles.sync(folder.resolve(CUR));
    SafeFiles.replace(
        folder.resolve(UidList.NAME), new UidList(uidValidity, uidNext, guid, uids).text());
    without.forEach(
        flag ->
            report.trouble(
                folder.toString(),
                "keyword " + flag + " is left out: a Maildir has letters for 26"));
  }

  @Override
  public void close() {}
}
