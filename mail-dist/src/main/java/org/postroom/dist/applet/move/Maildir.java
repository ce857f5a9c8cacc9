package org.postroom.dist.applet.move;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.imap.protocol.ModifiedUtf7;

/**
 * A Maildir of somebody with its folders: in the layout of Maildir++ ({@code .A.B} is A/B), or as
 * folders within folders.
 */
final class Maildir implements MailSource {
  private static final int DEEPEST = 30;
  private static final Set<String> PARTS = Set.of("cur", "new", "tmp");

  private final Path root;
  private final boolean nested;
  private final Report report;

  /**
   * One of somebody.
   *
   * @param nested whether folders lie within folders (LAYOUT=fs)
   */
  Maildir(Path root, boolean nested, Report report) {
    this.root = root;
    this.nested = nested;
    this.report = report;
  }

  static boolean isMaildir(Path folder) {
    return Files.isDirectory(folder.resolve("cur"), LinkOption.NOFOLLOW_LINKS)
        || Files.isDirectory(folder.resolve("new"), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void folders(Visitor visitor) throws IOException, Trouble {
    for (String other : List.of("mailboxes", "storage")) {
      if (Files.isDirectory(root.resolve(other), LinkOption.NOFOLLOW_LINKS) && !isMaildir(root)) {
        throw new Trouble(
            root
                + ": mail of Dovecot's own format; have Dovecot write a Maildir of it first:"
                + " doveadm backup -u USER maildir:FOLDER");
      }
    }
    Map<String, Path> found = new TreeMap<>();
    if (isMaildir(root)) {
      found.put("INBOX", root);
    }
    if (nested) {
      within(root, "", 0, found);
    } else {
      beside(found);
    }
    if (found.isEmpty()) {
      throw new Trouble(root + ": no Maildir: it has neither cur nor new");
    }
    for (Map.Entry<String, Path> one : found.entrySet()) {
      try {
        visitor.visit(MaildirFolder.read(one.getKey(), one.getValue(), report));
      } catch (Trouble e) {
        report.trouble(one.getKey(), String.valueOf(e.getMessage()));
      } catch (IOException e) {
        report.trouble(one.getKey(), "it cannot be read: " + e);
      }
    }
  }

  private static List<Path> folders(Path where) throws IOException {
    try (Stream<Path> all = Files.list(where)) {
      return all.filter(one -> Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
    }
  }

  private void beside(Map<String, Path> found) throws IOException {
    for (Path folder : folders(root)) {
      String name = String.valueOf(folder.getFileName());
      if (name.startsWith(".") && isMaildir(folder)) {
        put(found, decoded(name.substring(1).replace('.', '/')), folder);
      }
    }
  }

  private void within(Path folder, String above, int depth, Map<String, Path> found)
      throws IOException {
    if (depth > DEEPEST) {
      return;
    }
    for (Path one : folders(folder)) {
      String name = String.valueOf(one.getFileName());
      if (!PARTS.contains(name) && !name.startsWith(".")) {
        String full = above + decoded(name);
        if (isMaildir(one)) {
          put(found, full, one);
        }
        within(one, full + "/", depth + 1, found);
      }
    }
  }

  private void put(Map<String, Path> found, String name, Path folder) {
    try {
      Path other = found.putIfAbsent(MailboxName.of(name).value(), folder);
      if (other != null) {
        report.trouble(folder.toString(), "it is called as " + other + " is");
      }
    } catch (BadMailboxName e) {
      report.trouble(folder.toString(), String.valueOf(e.getMessage()));
    }
  }

  /** Names are in modified UTF-7, or in UTF-8 where Dovecot was told so. */
  private static String decoded(String name) {
    try {
      return ModifiedUtf7.decode(name);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  /** Dovecot's of both versions, and Courier's, whose names begin with INBOX. */
  @Override
  public Set<String> subscriptions() throws IOException, Trouble {
    Path courier = root.resolve("courierimapsubscribed");
    Set<String> names = new TreeSet<>();
    for (String line : lines(root.resolve("subscriptions"))) {
      add(names, line);
    }
    for (String line : lines(courier)) {
      add(names, line.startsWith("INBOX/") ? line.substring("INBOX/".length()) : line);
    }
    return names;
  }

  private List<String> lines(Path file) throws IOException, Trouble {
    List<String> lines = new ArrayList<>();
    boolean tabs = false;
    for (String line : SafeFiles.text(file).orElse("").lines().toList()) {
      if (lines.isEmpty() && line.equals("V\t2")) {
        tabs = true;
      } else if (!line.isEmpty()) {
        lines.add(tabs ? line.replace('\t', '/') : nested ? line : line.replace('.', '/'));
      }
    }
    return List.copyOf(lines);
  }

  private void add(Set<String> names, String name) {
    try {
      names.add(MailboxName.of(decoded(name)).value());
    } catch (BadMailboxName e) {
      report.note(root + ": subscriptions", name + ": " + e.getMessage());
    }
  }
}
