package org.postroom.dist.mailbox.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.postroom.core.arrival.Staging;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.dist.files.BrokenFile;
import org.postroom.dist.files.LineFile;
import org.postroom.dist.files.MailFile;
import org.postroom.dist.files.MailTaker;
import org.postroom.dist.files.MaildirFlags;
import org.postroom.dist.files.NamedFlags;
import org.postroom.dist.mailbox.BrokenMailFile;
import org.postroom.dist.mailbox.Mailboxes;
import org.postroom.imap.protocol.ModifiedUtf7;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads mail that other programs have kept: a message, an mbox, a folder of such files, or a
 * Maildir with its subfolders (Maildir++) and flags. The source may be a link; links below it are
 * left out, because whoever may write there may not be who may read what they lead to.
 */
final class MailImport {
  private static final Logger LOG = LoggerFactory.getLogger(MailImport.class);
  private static final String CUR = "cur";
  private static final String NEW = "new";

  private final StoreMailboxes mailboxes;
  private final Staging staging;

  MailImport(StoreMailboxes mailboxes, Staging staging) {
    this.mailboxes = mailboxes;
    this.staging = staging;
  }

  /** See {@link Mailboxes#importFrom}. */
  int read(Path source, String mailbox) {
    try {
      if (!Files.exists(source)) {
        throw new BrokenMailFile(source, "there is no such file");
      }
      if (!Files.isDirectory(source)) {
        return MailFile.read(source, taker(source, mailbox), Set.of()).messages();
      }
      return isFolder(source.resolve(CUR)) ? maildirs(source, mailbox) : files(source, mailbox);
    } catch (IOException e) {
      throw new UncheckedIOException(source + " cannot be read", e);
    } catch (BrokenFile e) {
      throw new BrokenMailFile(e);
    }
  }

  private MailTaker taker(Path file, String mailbox) {
    return taker(file, mailboxes.target(mailbox));
  }

  private MailTaker taker(Path file, StoreFolder target) {
    return new StagedTaker(file, target, staging);
  }

  private int files(Path folder, String mailbox) throws IOException {
    int count = 0;
    for (Path file : sorted(folder)) {
      if (!isHidden(file) && isFile(file)) {
        count += MailFile.read(file, taker(file, mailbox), Set.of(), NOFOLLOW_LINKS).messages();
      }
    }
    return count;
  }

  private static boolean isFile(Path file) {
    return !isLink(file) && Files.isRegularFile(file, NOFOLLOW_LINKS);
  }

  private static boolean isFolder(Path folder) {
    return !isLink(folder) && Files.isDirectory(folder, NOFOLLOW_LINKS);
  }

  private static boolean isLink(Path path) {
    boolean isLink = Files.isSymbolicLink(path);
    if (isLink) {
      LOG.warn("{} is a link, and is left out", path);
    }
    return isLink;
  }

  private static boolean isHidden(Path file) {
    return file.getFileName().toString().startsWith(".");
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted(Comparator.comparing(file -> file.getFileName().toString())).toList();
    }
  }

  private int maildirs(Path source, String mailbox) throws IOException {
    int count = maildir(source, mailbox);
    for (Path folder : sorted(source)) {
      String name = folder.getFileName().toString();
      if (name.startsWith(".") && isFolder(folder) && isFolder(folder.resolve(CUR))) {
        count += maildir(folder, below(mailbox, folder, name.substring(1)));
      }
    }
    return count;
  }

  /** Of Maildir++, whose levels are separated by dots and whose names are as IMAP4rev1 has them. */
  private static String below(String mailbox, Path folder, String name) {
    try {
      String decoded = ModifiedUtf7.decode(name.replace('.', '/'));
      return MailboxName.of(mailbox.equalsIgnoreCase("INBOX") ? decoded : mailbox + "/" + decoded)
          .value();
    } catch (IllegalArgumentException | BadMailboxName e) {
      throw new BrokenMailFile(folder, "no folder can be called so: " + e.getMessage());
    }
  }

  private int maildir(Path folder, String mailbox) throws IOException {
    StoreFolder target = mailboxes.target(mailbox);
    Map<Character, String> keywords = keywords(folder.resolve("dovecot-keywords"));
    int count = 0;
    for (String part : List.of(CUR, NEW)) {
      if (isFolder(folder.resolve(part))) {
        for (Path file : sorted(folder.resolve(part))) {
          if (!isHidden(file) && isFile(file)) {
            count +=
                MailFile.read(file, taker(file, target), flags(file, keywords), NOFOLLOW_LINKS)
                    .messages();
          }
        }
      }
    }
    return count;
  }

  private static Set<String> flags(Path file, Map<Character, String> keywords) {
    return MaildirFlags.names(MaildirFlags.letters(file.getFileName().toString()), keywords);
  }

  /** Dovecot's names for the letters a to z: lines of number and name. */
  private static Map<Character, String> keywords(Path file) throws IOException {
    Map<Character, String> keywords = new HashMap<>();
    if (isFile(file)) {
      try (LineFile in = new LineFile(file, NOFOLLOW_LINKS)) {
        while (in.next()) {
          String[] words = in.text().split(" ", 2);
          if (words.length < 2 || !words[0].matches("\\d|1\\d|2[0-5]")) {
            throw in.broken("expected a number and a keyword");
          }
          if (NamedFlags.isName(words[1])) {
            keywords.put((char) ('a' + Integer.parseInt(words[0])), words[1]);
          } else {
            LOG.warn("{}: line {}: no flag can be called so; it is left out", file, in.line());
          }
        }
      }
    }
    return keywords;
  }
}
