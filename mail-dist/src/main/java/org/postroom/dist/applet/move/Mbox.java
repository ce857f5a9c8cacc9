package org.postroom.dist.applet.move;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.dist.files.BrokenFile;
import org.postroom.dist.files.MailFile;
import org.postroom.dist.files.MailTaker;
import org.postroom.imap.protocol.ModifiedUtf7;

/**
 * mboxes of somebody: one, which is his INBOX, or a folder of them, whose names are those of the
 * mailboxes. What programs note in their headers (Status, X-Status, X-Keywords, X-UID, X-IMAPbase)
 * become flags and UIDs.
 */
final class Mbox implements MailSource {
  private static final int DEEPEST = 30;

  private final Path root;
  private final Optional<Path> inbox;
  private final Report report;

  /**
   * Those of somebody.
   *
   * @param inbox where his INBOX is, when it is not with the others
   */
  Mbox(Path root, Optional<Path> inbox, Report report) {
    this.root = root;
    this.inbox = inbox;
    this.report = report;
  }

  @Override
  public void folders(Visitor visitor) throws IOException, Trouble {
    Map<String, Path> found = new TreeMap<>();
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      within(root, "", 0, found);
    } else {
      found.put("INBOX", root);
    }
    inbox.ifPresent(file -> found.put("INBOX", file));
    for (Map.Entry<String, Path> one : found.entrySet()) {
      try {
        visitor.visit(folder(one.getKey(), one.getValue()));
      } catch (BrokenFile e) {
        report.trouble(one.getKey(), String.valueOf(e.getMessage()));
      } catch (Trouble e) {
        report.trouble(one.getKey(), String.valueOf(e.getMessage()));
      } catch (IOException e) {
        report.trouble(one.getKey(), "it cannot be read: " + e);
      }
    }
  }

  private void within(Path folder, String above, int depth, Map<String, Path> found)
      throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = files.sorted().toList();
    }
    for (Path one : all) {
      String name = String.valueOf(one.getFileName());
      if (name.startsWith(".") || name.endsWith(".lock")) {
        continue;
      }
      if (Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS) && depth < DEEPEST) {
        within(one, above + decoded(name) + "/", depth + 1, found);
      } else if (Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS)) {
        try {
          boolean isOfFolder = name.equals(MboxFolders.MESSAGES) && !above.isEmpty();
          String mailbox =
              isOfFolder ? above.substring(0, above.length() - 1) : above + decoded(name);
          found.put(MailboxName.of(mailbox).value(), one);
        } catch (BadMailboxName e) {
          report.trouble(one.toString(), String.valueOf(e.getMessage()));
        }
      } else {
        report.trouble(one.toString(), "no file, but a link or something else; it is left out");
      }
    }
  }

  private static String decoded(String name) {
    try {
      return ModifiedUtf7.decode(name);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  private static SourceFolder folder(String name, Path file) throws IOException, Trouble {
    SafeFiles.checkPlace(file);
    SafeFiles.checkFile(file);
    List<MailTaker.About> all = new ArrayList<>();
    MailFile.Numbers numbers = MailFile.readAll(file, new Looking(all));
    boolean numbered = numbers.uidValidity() > 0;
    List<SourceMessage> messages = new ArrayList<>();
    List<SourceMessage> others = new ArrayList<>();
    long last = 0;
    for (MailTaker.About one : all) {
      boolean isNext =
          numbered && one.uid() > last && one.uid() <= numbers.lastUid() && others.isEmpty();
      SourceMessage message =
          new SourceMessage(
              isNext ? one.uid() : 0,
              List.copyOf(one.flags()),
              one.date().toInstant().toEpochMilli(),
              file + " (offset " + one.offset() + ")",
              () -> load(file, one.offset()));
      (isNext ? messages : others).add(message);
      last = isNext ? one.uid() : last;
    }
    messages.addAll(others);
    return new SourceFolder(
        name,
        numbered ? Optional.of(numbers.uidValidity()) : Optional.empty(),
        numbered ? numbers.lastUid() + 1 : 0,
        messages);
  }

  private static Body load(Path file, long offset) throws IOException, Trouble {
    SafeFiles.checkFile(file);
    try (Spool spool = new Spool()) {
      boolean[] whole = new boolean[1];
      MailFile.readAt(
          file,
          offset,
          () ->
              new MailTaker.Message() {
                @Override
                public void write(byte[] octets, int from, int length) {
                  spool.write(octets, from, length);
                }

                @Override
                public void end(MailTaker.About about) {
                  whole[0] = true;
                }

                @Override
                public void close() {}
              },
          LinkOption.NOFOLLOW_LINKS);
      if (!whole[0]) {
        throw new Trouble("the mbox has changed meanwhile");
      }
      return spool.finish();
    } catch (BrokenFile e) {
      throw new Trouble(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Sees what messages there are. */
  private record Looking(List<MailTaker.About> all) implements MailTaker {
    @Override
    public Message begin() {
      return new Message() {
        @Override
        public void write(byte[] octets, int offset, int length) {
          // Later.
        }

        @Override
        public void end(About about) {
          all.add(about);
        }

        @Override
        public void close() {}
      };
    }
  }

  @Override
  public Set<String> subscriptions() throws IOException, Trouble {
    Path file = root.resolve(".subscriptions");
    Set<String> names = new TreeSet<>();
    for (String line : SafeFiles.text(file).orElse("").lines().toList()) {
      if (!line.isEmpty() && !line.equals("V\t2")) {
        try {
          names.add(MailboxName.of(decoded(line.replace('\t', '/'))).value());
        } catch (BadMailboxName e) {
          report.note(file.toString(), line + ": " + e.getMessage());
        }
      }
    }
    return names;
  }
}
