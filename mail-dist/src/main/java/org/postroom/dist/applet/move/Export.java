package org.postroom.dist.applet.move;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.MailboxOperations;
import org.postroom.dist.operation.MailboxOperations.Kept;
import org.postroom.dist.operation.MailboxOperations.Mailboxes;
import org.postroom.dist.operation.MailboxOperations.Owner;
import org.postroom.dist.operation.MessageOperations;
import org.postroom.dist.operation.MessageOperations.Behind;
import org.postroom.dist.operation.MessageOperations.Known;
import org.postroom.dist.operation.MessageOperations.Octets;
import org.postroom.dist.operation.MessageOperations.Page;
import org.postroom.dist.operation.MessageOperations.Piece;
import org.postroom.dist.operation.MessageOperations.Some;
import org.postroom.dist.operation.MessageOperations.Where;
import org.postroom.imap.protocol.ModifiedUtf7;

/** Mail that goes: of one user or of many, each to his own Maildir or folder of mboxes. */
public final class Export {
  private final AskedServer.Client client;
  private final Places places;
  private final Report report;

  /**
   * To where {@code place} says.
   *
   * @throws Trouble when it cannot be understood
   */
  public Export(AskedServer.Client client, String place, Report report) throws Trouble {
    this.client = client;
    this.places = Places.parse(place);
    this.report = report;
  }

  /**
   * Writes the mail of all of them.
   *
   * @throws Trouble when it is one place for many users
   */
  public void run(List<String> logins) throws Trouble {
    places.checkApart(logins);
    for (String login : logins) {
      try {
        all(login, places.of(login));
      } catch (IOException e) {
        report.trouble(login, "it cannot be written: " + e);
      } catch (Trouble e) {
        report.trouble(login, String.valueOf(e.getMessage()));
      }
    }
    report.sum("exported");
  }

  private void all(String login, Path root) throws IOException, Trouble {
    SafeFiles.makeFolder(root);
    Mailboxes all = client.ask(MailboxOperations.LIST, new Owner(login));
    Optional<MboxFolders> mboxes =
        isMbox()
            ? Optional.of(
                new MboxFolders(
                    root, places.inboxOf(login), all.mailboxes().stream().map(Kept::name).toList()))
            : Optional.empty();
    for (Kept row : all.mailboxes()) {
      String place = login + " " + row.name();
      try {
        folder(row, new Where(login, row.name(), row.uidValidity()), root, mboxes, place);
      } catch (Trouble e) {
        report.trouble(place, String.valueOf(e.getMessage()));
      } catch (IOException e) {
        report.trouble(place, "it cannot be written: " + e);
      } catch (OperationRefused e) {
        // Somebody has removed the mailbox meanwhile, say: the others can be written all the same.
        if (e.kind() != OperationRefused.Kind.REQUEST) {
          throw e;
        }
        report.trouble(place, String.join("; ", e.reasons()));
      }
    }
    String subscribed =
        all.subscribed().stream()
            .map(name -> ModifiedUtf7.encode(name).replace('/', '\t') + "\n")
            .collect(Collectors.joining());
    Path file = root.resolve(isMbox() ? ".subscriptions" : "subscriptions");
    String text = "V\t2\n\n" + subscribed;
    if (!SafeFiles.text(file).equals(Optional.of(text))) {
      SafeFiles.replace(file, text);
    }
  }

  private boolean isMbox() {
    return places.kind() == Places.Kind.MBOX;
  }

  private Path folderOf(Path root, String name) throws Trouble {
    if (name.equals("INBOX")) {
      return root;
    }
    if (!places.nested()) {
      if (name.contains(".")) {
        throw new Trouble("names in a Maildir++ have no dot; maildir:PATH:LAYOUT=fs can have one");
      }
      return root.resolve("." + ModifiedUtf7.encode(name).replace('/', '.'));
    }
    Path folder = root;
    for (String level : name.split("/", -1)) {
      if (level.startsWith(".") || List.of("cur", "new", "tmp").contains(level)) {
        throw new Trouble("no folder of a Maildir can be called " + level);
      }
      folder = folder.resolve(ModifiedUtf7.encode(level));
    }
    return folder;
  }

  private FolderWriter writer(Where where, Path root, Optional<MboxFolders> mboxes)
      throws IOException, Trouble {
    if (mboxes.isPresent()) {
      return new MboxWriter(mboxes.get().fileOf(where.mailbox()), where.uidValidity(), report);
    }
    Path folder = folderOf(root, where.mailbox());
    return MaildirWriter.open(folder, folder.equals(root), where.uidValidity(), report);
  }

  private void folder(Kept row, Where where, Path root, Optional<MboxFolders> mboxes, String place)
      throws IOException, Trouble {
    try (FolderWriter writer = writer(where, root, mboxes)) {
      Map<Long, Known> here = new TreeMap<>();
      Optional<Behind> next = Optional.of(new Behind(where, 0));
      while (next.isPresent()) {
        Page page = client.ask(MessageOperations.LIST, next.get());
        page.messages().forEach(one -> here.put(one.uid(), one));
        next = next.get().next(page);
      }
      long last = here.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
      writer.begin(here.values(), Math.max(last + 1, row.uidNext()));
      Map<Long, Known> wanted = new TreeMap<>();
      for (Known one : here.values()) {
        if (!writer.know(one)) {
          wanted.put(one.uid(), one);
        }
      }
      Map<Long, Known> again = new Messages(writer, where, place, false).write(wanted);
      Map<Long, Known> never = new Messages(writer, where, place, true).write(again);
      never.values().forEach(one -> report.trouble(place, "UID " + one.uid() + " was not written"));
      writer.finish();
      report.done(place, here.size());
    }
  }

  /** Messages of one mailbox on their way. */
  private final class Messages {
    private final FolderWriter writer;
    private final Where where;
    private final String place;
    private final boolean asTheyAre;
    private final Map<Long, Known> again = new HashMap<>();
    private @Nullable MessageWriter open;
    private long openUid;
    private long offset;

    Messages(FolderWriter writer, Where where, String place, boolean asTheyAre) {
      this.writer = writer;
      this.where = where;
      this.place = place;
      this.asTheyAre = asTheyAre;
    }

    /** Gives back those that have to be written as they are. */
    Map<Long, Known> write(Map<Long, Known> wanted) throws IOException {
      try {
        all(wanted);
      } finally {
        close();
      }
      return again;
    }

    private void all(Map<Long, Known> wanted) throws IOException {
      List<Long> left = new ArrayList<>(wanted.keySet());
      int at = 0;
      while (at < left.size()) {
        List<Long> some = left.subList(at, Math.min(left.size(), at + MessageOperations.MOST));
        Octets answer =
            client.ask(MessageOperations.READ, new Some(where, List.copyOf(some), offset));
        offset = 0;
        Set<Long> written = new HashSet<>();
        for (Piece piece : answer.pieces()) {
          Known message = wanted.get(piece.uid());
          if (message != null && piece(message, piece)) {
            written.add(piece.uid());
          }
        }
        for (; at < left.size() && left.get(at) <= answer.behind(); at++) {
          if (!written.contains(left.get(at))) {
            missing(left.get(at));
          }
        }
        report.progress(place, at, left.size());
      }
    }

    private void missing(long uid) throws IOException {
      MessageWriter begun = open;
      if (begun != null && openUid == uid) {
        close();
        begun.discard();
      }
      boolean isHere =
          client.ask(MessageOperations.LIST, new Behind(where, uid - 1)).messages().stream()
              .anyMatch(one -> one.uid() == uid);
      if (isHere) {
        report.trouble(place, "UID " + uid + " cannot be read: its octets are damaged");
      } else {
        report.note(place, "UID " + uid + " has been removed meanwhile");
      }
    }

    /** Whether the message is whole by it. */
    private boolean piece(Known message, Piece piece) throws IOException {
      byte[] octets = piece.octets();
      MessageWriter file = open;
      if (file == null || openUid != piece.uid()) {
        close();
        file = writer.begin(message, asTheyAre);
        open = file;
        openUid = piece.uid();
      }
      file.write(octets);
      offset = piece.offset() + octets.length;
      if (offset < piece.size()) {
        return false;
      }
      offset = 0;
      if (file.finish()) {
        report.moved(1, piece.size());
      } else {
        again.put(message.uid(), message);
      }
      close();
      return true;
    }

    private void close() throws IOException {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }
}
