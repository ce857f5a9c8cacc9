package org.postroom.dist.applet.move;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.postroom.imap.protocol.ModifiedUtf7;

/**
 * Which file has which mailbox, where mailboxes are mboxes in a folder. One with others below it is
 * a folder there, and its own messages are in a file in that, which Dovecot has by {@code
 * :DIRNAME=}.
 */
final class MboxFolders {
  /** What that file is called, as Dovecot's documentation has it: nobody calls a mailbox so. */
  static final String MESSAGES = "mBoX-MeSsAgEs";

  private final Path root;
  private final Optional<Path> inbox;
  private final Set<String> parents = new TreeSet<>();

  /**
   * Those of somebody.
   *
   * @param inbox where his INBOX is, when it is not with the others
   * @param names of all his mailboxes
   */
  MboxFolders(Path root, Optional<Path> inbox, List<String> names) {
    this.root = root;
    this.inbox = inbox;
    for (String name : names) {
      for (int at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
        parents.add(name.substring(0, at));
      }
    }
  }

  /**
   * The file of a mailbox.
   *
   * @throws Trouble when none can be called so
   */
  Path fileOf(String name) throws Trouble {
    if (name.equals("INBOX") && inbox.isPresent()) {
      return inbox.get();
    }
    Path file = root;
    boolean isOfInbox = name.equals("INBOX") || name.startsWith("INBOX/");
    String path = isOfInbox ? "inbox" + name.substring("INBOX".length()) : name;
    for (String level : path.split("/", -1)) {
      if (level.startsWith(".") || level.endsWith(".lock") || level.equals(MESSAGES)) {
        throw new Trouble("no mbox can be called " + level);
      }
      file = file.resolve(ModifiedUtf7.encode(level));
    }
    return parents.contains(name) ? file.resolve(MESSAGES) : file;
  }
}
