package org.postroom.dist.applet.move;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.postroom.dist.files.MaildirFlags;

/**
 * One folder of a Maildir, which another program may be using: it is only read. Files are the
 * messages, their names have the flags, their dates are when the messages came.
 */
final class MaildirFolder {
  private static final int LISTINGS = 5;

  /** In the order that mail takes: what is moved meanwhile is in the one or the other. */
  private static final List<String> PARTS = List.of("new", "cur");

  private static final Pattern WHEN = Pattern.compile("(\\d{1,15})(?:\\.(?:[^.]*?)M(\\d{1,9}))?.*");
  private static final Map<String, String> COMPRESSED =
      Map.of(
          "425a68", "bzip2",
          "28b52ffd", "zstd",
          "fd377a585a00", "xz",
          "04224d18", "lz4");
  private static final int MAGIC = 6;

  private final Path folder;
  private final Report report;

  private MaildirFolder(Path folder, Report report) {
    this.folder = folder;
    this.report = report;
  }

  /**
   * Looks through one.
   *
   * @param name of the mailbox that it is
   * @param report hears of files that are no messages
   */
  static SourceFolder read(String name, Path folder, Report report) throws IOException, Trouble {
    return new MaildirFolder(folder, report).read(name);
  }

  /** A file with its name's parts. */
  private record Found(Path path, String base, List<String> flags, FileTime changed) {}

  private SourceFolder read(String name) throws IOException, Trouble {
    for (String part : PARTS) {
      SafeFiles.checkPlace(folder.resolve(part));
    }
    Optional<UidList> list = UidList.of(folder);
    Map<Character, String> keywords = keywords();
    Map<String, Path> files = files();
    List<SourceMessage> listed = new ArrayList<>();
    List<Found> others = new ArrayList<>();
    for (Map.Entry<String, Path> entry : files.entrySet()) {
      Optional<Found> found = found(entry.getKey(), entry.getValue(), keywords);
      if (found.isEmpty()) {
        continue;
      }
      long uid = list.isPresent() ? list.get().uids().getOrDefault(entry.getKey(), 0L) : 0;
      if (uid == 0) {
        others.add(found.get());
      } else {
        listed.add(message(uid, found.get()));
      }
    }
    listed.sort(Comparator.comparingLong(SourceMessage::uid));
    others.sort(
        Comparator.comparingLong((Found one) -> when(one.base(), 1))
            .thenComparingLong(one -> when(one.base(), 2))
            .thenComparing(Found::base));
    others.forEach(one -> listed.add(message(0, one)));
    return new SourceFolder(
        name, list.map(UidList::uidValidity), list.map(UidList::uidNext).orElse(0L), listed);
  }

  private static long when(String base, int group) {
    Matcher found = WHEN.matcher(base);
    return found.matches() && found.group(group) != null ? Long.parseLong(found.group(group)) : 0;
  }

  private SourceMessage message(long uid, Found one) {
    return new SourceMessage(
        uid,
        one.flags(),
        one.changed().toMillis(),
        one.path().toString(),
        () -> Body.of(() -> open(one.path(), one.base())));
  }

  private Optional<Found> found(String base, Path path, Map<Character, String> keywords)
      throws IOException {
    try {
      BasicFileAttributes about =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!about.isRegularFile()) {
        report.trouble(path.toString(), "no file, but a link or a folder; it is left out");
        return Optional.empty();
      }
      String letters = MaildirFlags.letters(String.valueOf(path.getFileName()));
      return Optional.of(
          new Found(
              path,
              base,
              List.copyOf(MaildirFlags.names(letters, keywords)),
              about.lastModifiedTime()));
    } catch (NoSuchFileException e) {
      Optional<Path> renamed = again(base);
      if (renamed.isPresent()) {
        return found(base, renamed.get(), keywords);
      }
      report.trouble(path.toString(), "it has been removed meanwhile");
      return Optional.empty();
    }
  }

  /** A file that has got other flags meanwhile. */
  private Optional<Path> again(String base) throws IOException {
    for (int i = 0; i < LISTINGS; i++) {
      List<FileTime> before = changed();
      for (String part : PARTS) {
        Path where = folder.resolve(part);
        if (Files.isDirectory(where, LinkOption.NOFOLLOW_LINKS)) {
          try (Stream<Path> files = Files.list(where)) {
            Optional<Path> found = files.filter(file -> base(file).equals(base)).findFirst();
            if (found.isPresent()) {
              return found;
            }
          }
        }
      }
      if (before.equals(changed())) {
        break;
      }
    }
    return Optional.empty();
  }

  private static String base(Path file) {
    return MaildirFlags.base(String.valueOf(file.getFileName()));
  }

  /**
   * All files by their names without flags. A listing during which files are renamed may miss them
   * (readdir(3)), so it is done again until nothing has changed meanwhile; what each of them has
   * seen counts.
   */
  private Map<String, Path> files() throws IOException {
    Map<String, Path> files = new TreeMap<>();
    for (int i = 0; i < LISTINGS; i++) {
      List<FileTime> before = changed();
      for (String part : PARTS) {
        Path where = folder.resolve(part);
        if (Files.isDirectory(where, LinkOption.NOFOLLOW_LINKS)) {
          try (Stream<Path> all = Files.list(where)) {
            all.filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                .forEach(file -> files.put(base(file), file));
          }
        }
      }
      if (before.equals(changed())) {
        break;
      }
    }
    return files;
  }

  private List<FileTime> changed() throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (String part : PARTS) {
      Path where = folder.resolve(part);
      if (Files.isDirectory(where, LinkOption.NOFOLLOW_LINKS)) {
        times.add(Files.getLastModifiedTime(where));
      }
    }
    return times;
  }

  /** Dovecot's: lines of number and name; Courier's file lists the names alone, and no letters. */
  private Map<Character, String> keywords() throws IOException, Trouble {
    Map<Character, String> keywords = new HashMap<>();
    Path file = folder.resolve("dovecot-keywords");
    int line = 0;
    for (String text : SafeFiles.text(file).orElse("").lines().toList()) {
      line++;
      String[] words = text.split(" ", 2);
      if (words.length < 2 || !words[0].matches("\\d{1,3}")) {
        throw new Trouble(file + ": line " + line + ": expected a number and a keyword");
      }
      int number = Integer.parseInt(words[0]);
      if (number < MaildirFlags.MOST_KEYWORDS) {
        keywords.put((char) ('a' + number), words[1]);
      }
    }
    return keywords;
  }

  private InputStream open(Path path, String base) throws IOException, Trouble {
    try {
      return open(path);
    } catch (NoSuchFileException e) {
      Optional<Path> renamed = again(base);
      if (renamed.isEmpty()) {
        throw new Trouble("it has been removed meanwhile");
      }
      return open(renamed.get());
    }
  }

  /** Octets as servers show them, whatever they are packed in. */
  static InputStream open(Path path) throws IOException, Trouble {
    SafeFiles.checkFile(path);
    BufferedInputStream in =
        new BufferedInputStream(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS), 64 * 1024);
    boolean opened = false;
    try {
      in.mark(MAGIC);
      byte[] first = in.readNBytes(MAGIC);
      in.reset();
      InputStream plain = in;
      if (first.length >= 2 && first[0] == 0x1f && first[1] == (byte) 0x8b) {
        plain = new GZIPInputStream(in, 64 * 1024);
      } else {
        String magic = hex(first);
        for (Map.Entry<String, String> one : COMPRESSED.entrySet()) {
          if (magic.startsWith(one.getKey())) {
            throw new Trouble(
                "it is compressed with " + one.getValue() + ", which is not read; gzip is");
          }
        }
      }
      opened = true;
      return new CrLfStream(plain);
    } finally {
      if (!opened) {
        in.close();
      }
    }
  }

  private static String hex(byte[] octets) {
    StringBuilder text = new StringBuilder();
    for (byte octet : octets) {
      text.append(String.format(Locale.ROOT, "%02x", octet & 0xFF));
    }
    return text.toString();
  }
}
