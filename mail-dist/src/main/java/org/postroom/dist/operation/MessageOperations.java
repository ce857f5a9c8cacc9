package org.postroom.dist.operation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.TreeSet;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MailStore.Numbered;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;
import org.postroom.dist.files.NamedFlags;

/** Messages of one mailbox, for mail that comes from another store or goes to one. */
public final class MessageOperations {
  /** How many messages a question may name, and an answer has at most. */
  public static final int MOST = 200;

  /** About how many octets of messages an answer has at most. */
  private static final int PIECE = 2 << 20;

  /** Says what is in a mailbox. */
  public static final Operation<Behind, Page> LIST =
      new Operation<>("message-list", Behind.class, Page.class, MessageOperations::list);

  /** Puts in messages: all that are new by their UIDs, or none. */
  public static final Operation<Coming, Taken> RESTORE =
      new Operation<>("message-restore", Coming.class, Taken.class, MessageOperations::restore);

  /** Gives messages the flags that they are to have. */
  public static final Operation<Marked, Changed> MARK =
      new Operation<>("message-mark", Marked.class, Changed.class, MessageOperations::mark);

  /** Gives the octets of messages, or the first of them. */
  public static final Operation<Some, Octets> READ =
      new Operation<>("message-read", Some.class, Octets.class, MessageOperations::read);

  /** Gives the SHA-256 of messages. */
  public static final Operation<Some, Digests> DIGEST =
      new Operation<>("message-digest", Some.class, Digests.class, MessageOperations::digest);

  private MessageOperations() {}

  /**
   * A mailbox.
   *
   * @param uidValidity by which its UIDs are meant
   */
  public record Where(String login, String mailbox, long uidValidity) {}

  /** What is to be listed: what comes behind a UID. */
  public record Behind(Where where, long uid) {

    /** On behind a page; empty behind the last. */
    public Optional<Behind> next(Page page) {
      return page.next().map(last -> new Behind(where, last));
    }
  }

  /**
   * A message.
   *
   * @param flags system flags and keywords, as IMAP names them
   * @param date when it came, in milliseconds since 1970
   * @param size octets
   */
  public record Known(long uid, List<String> flags, long date, long size) {
    public Known {
      flags = List.copyOf(flags);
    }
  }

  /**
   * Some messages, by rising UID.
   *
   * @param next behind which the next page begins; empty behind the last
   */
  public record Page(List<Known> messages, Optional<Long> next) {
    public Page {
      messages = List.copyOf(messages);
    }
  }

  /**
   * Messages that come, whose octets follow one behind the other.
   *
   * @param messages by rising UID, or all without
   * @param uidNext what the mailbox's is to be at least; 0 for no matter
   */
  public record Coming(Where where, List<New> messages, long uidNext, InputStream content) {
    public Coming {
      messages = List.copyOf(messages);
    }
  }

  /**
   * One of them.
   *
   * @param uid that it had elsewhere; empty for a new one
   * @param size how many octets are its
   * @param date when it came, in milliseconds since 1970
   */
  public record New(Optional<Long> uid, long size, List<String> flags, long date) {
    public New {
      flags = List.copyOf(flags);
    }
  }

  /**
   * What is there by that.
   *
   * @param uids of those that were put in; others were, or had been, there
   * @param leftOut keywords for which the mailbox had no room any more
   */
  public record Taken(List<Long> uids, List<String> leftOut) {
    public Taken {
      uids = List.copyOf(uids);
      leftOut = List.copyOf(leftOut);
    }
  }

  /** Messages with the flags they are to have. */
  public record Marked(Where where, List<Mark> messages) {
    public Marked {
      messages = List.copyOf(messages);
    }
  }

  /** One of them. */
  public record Mark(long uid, List<String> flags) {
    public Mark {
      flags = List.copyOf(flags);
    }
  }

  /** How many messages there are that have what they were to have. */
  public record Changed(long messages) {}

  /**
   * Messages.
   *
   * @param uids by rising UID
   * @param offset the octets of the first are wanted from here on
   */
  public record Some(Where where, List<Long> uids, long offset) {
    public Some {
      uids = List.copyOf(uids);
    }
  }

  /**
   * Octets of messages.
   *
   * @param pieces each of another message; the last may lack octets at its end
   * @param behind the UID of the last that is said all of; later ones have to be asked for again
   */
  public record Octets(List<Piece> pieces, long behind) {
    public Octets {
      pieces = List.copyOf(pieces);
    }
  }

  /**
   * Octets of a message.
   *
   * @param size of the whole message
   * @param base64 the octets
   */
  public record Piece(long uid, long offset, long size, String base64) {

    /** The octets. */
    public byte[] octets() {
      return Base64.getDecoder().decode(base64);
    }
  }

  /** What messages are known by; those whose octets are gone are left out. */
  public record Digests(List<Digest> messages) {
    public Digests {
      messages = List.copyOf(messages);
    }
  }

  /** What a message is known by. */
  public record Digest(long uid, String sha256) {}

  private static Mailbox mailbox(Desk desk, Where where) {
    return MailboxOperations.mailbox(desk, where.login(), where.mailbox(), where.uidValidity());
  }

  private static Page list(Desk desk, Behind asked) {
    Mailbox row = mailbox(desk, asked.where());
    UidSet left = desk.mail().snapshot(row.id()).uids().between(asked.uid() + 1, row.uidNext());
    UidSet some = left.size() > MOST * 5 ? left.between(1, left.nth(MOST * 5)) : left;
    List<Known> messages = new ArrayList<>();
    desk.mail()
        .read(
            row.id(),
            some,
            EnumSet.noneOf(Detail.class),
            one ->
                messages.add(
                    new Known(
                        one.uid(),
                        List.copyOf(new TreeSet<>(NamedFlags.names(one.flags()))),
                        one.internalDate().epochMillis(),
                        one.size())));
    return new Page(
        messages, some.size() < left.size() ? Optional.of(some.max()) : Optional.empty());
  }

  private static Taken restore(Desk desk, Coming asked) {
    Mailbox row = mailbox(desk, asked.where());
    if (asked.messages().size() > MOST) {
      throw new OperationRefused(Kind.REQUEST, "more than " + MOST + " messages at once");
    }
    List<NewMessage> staged = new ArrayList<>();
    try {
      for (New one : asked.messages()) {
        StagedContent content = desk.staged(new Part(asked.content(), one.size()));
        staged.add(newMessage(one, content));
        if (content.size() != one.size()) {
          throw new OperationRefused(
              Kind.REQUEST, "a message of " + one.size() + " octets ends behind " + content.size());
        }
      }
      return put(desk.mail(), row, asked, staged);
    } catch (OverQuota | MailboxNotFound e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    } finally {
      staged.forEach(one -> one.content().close());
    }
  }

  private static NewMessage newMessage(New one, StagedContent content) {
    try {
      NamedFlags flags = NamedFlags.of(one.flags());
      return new NewMessage(
          content, flags.system(), flags.keywords(), new InternalDate(one.date(), 0));
    } catch (RuntimeException e) {
      content.close();
      throw e;
    }
  }

  private static Taken put(MailStore store, Mailbox row, Coming asked, List<NewMessage> messages) {
    boolean isNew = !messages.isEmpty() && asked.messages().get(0).uid().isEmpty();
    MailStore.Appended put =
        isNew
            ? store.append(row.id(), messages)
            : store.restore(row.id(), numbered(asked, messages), asked.uidNext());
    return new Taken(
        put.uids().stream().boxed().toList(),
        put.leftOut().stream().map(Keyword::name).sorted().toList());
  }

  private static List<Numbered> numbered(Coming asked, List<NewMessage> messages) {
    List<Numbered> numbered = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      long uid =
          asked
              .messages()
              .get(i)
              .uid()
              .orElseThrow(
                  () -> new OperationRefused(Kind.REQUEST, "some have a UID, and some have none"));
      numbered.add(new Numbered(uid, messages.get(i)));
    }
    return numbered;
  }

  private static Changed mark(Desk desk, Marked asked) {
    Mailbox row = mailbox(desk, asked.where());
    long changed = 0;
    for (Mark one : asked.messages()) {
      NamedFlags flags = NamedFlags.of(one.flags());
      changed += mark(desk.mail(), row, one.uid(), flags) ? 1 : 0;
    }
    return new Changed(changed);
  }

  private static boolean mark(MailStore store, Mailbox row, long uid, NamedFlags flags) {
    try {
      return marked(store, row, uid, flags);
    } catch (TooManyKeywords e) {
      return marked(store, row, uid, flags.within(store.mailbox(row.id()).keywords()));
    }
  }

  private static boolean marked(MailStore store, Mailbox row, long uid, NamedFlags flags) {
    FlagChange change = new FlagChange(FlagChange.Mode.REPLACE, flags.system(), flags.keywords());
    return !store.store(row.id(), UidSet.of(uid), change, Long.MAX_VALUE).stored().isEmpty();
  }

  private static UidSet live(Desk desk, Mailbox row, Collection<Long> uids) {
    if (uids.size() > MOST) {
      throw new OperationRefused(Kind.REQUEST, "more than " + MOST + " messages at once");
    }
    // The store shows what was expunged, too, for a while.
    return UidSet.of(uids.stream().mapToLong(Long::longValue).toArray())
        .intersect(desk.mail().snapshot(row.id()).uids());
  }

  private static Octets read(Desk desk, Some asked) {
    Mailbox row = mailbox(desk, asked.where());
    UidSet wanted = live(desk, row, asked.uids());
    List<Piece> pieces = new ArrayList<>();
    long behind = asked.uids().stream().mapToLong(Long::longValue).max().orElse(0);
    int room = PIECE;
    for (PrimitiveIterator.OfLong uids = wanted.iterator(); uids.hasNext() && room > 0; ) {
      long uid = uids.nextLong();
      long offset = uid == asked.uids().get(0) ? asked.offset() : 0;
      Optional<Piece> piece = piece(desk, row, uid, offset, room);
      if (piece.isEmpty()) {
        continue;
      }
      pieces.add(piece.get());
      int length = piece.get().octets().length;
      room -= length;
      boolean whole = offset + length >= piece.get().size();
      if (!whole || room <= 0) {
        behind = whole ? uid : uid - 1;
        break;
      }
    }
    return new Octets(pieces, behind);
  }

  /** Empty for a message whose octets can never be read again: others can. */
  private static Optional<Piece> piece(Desk desk, Mailbox row, long uid, long offset, int most) {
    try {
      return content(desk, row, uid)
          .map(
              content ->
                  new Piece(
                      uid,
                      offset,
                      content.size(),
                      Base64.getEncoder().encodeToString(octets(content, offset, most))));
    } catch (ContentDamaged e) {
      return Optional.empty();
    }
  }

  private static Optional<Digest> digest(Desk desk, Mailbox row, long uid) {
    try {
      return content(desk, row, uid).map(content -> new Digest(uid, sha256(content)));
    } catch (ContentDamaged e) {
      return Optional.empty();
    }
  }

  private static Optional<Content> content(Desk desk, Mailbox row, long uid) {
    List<Content> found = new ArrayList<>(1);
    desk.mail()
        .read(
            row.id(),
            UidSet.of(uid),
            EnumSet.of(Detail.CONTENT),
            one -> one.content().ifPresent(found::add));
    return found.stream().findFirst();
  }

  private static byte[] octets(Content content, long offset, int most) {
    ByteBuffer octets =
        ByteBuffer.allocate((int) Math.max(0, Math.min(most, content.size() - offset)));
    while (octets.hasRemaining() && content.read(offset + octets.position(), octets) > 0) {
      // on
    }
    return Arrays.copyOf(octets.array(), octets.position());
  }

  private static Digests digest(Desk desk, Some asked) {
    Mailbox row = mailbox(desk, asked.where());
    List<Digest> digests = new ArrayList<>();
    live(desk, row, asked.uids()).forEach(uid -> digest(desk, row, uid).ifPresent(digests::add));
    return new Digests(digests);
  }

  private static String sha256(Content content) {
    try (InputStream in = content.stream()) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[64 * 1024];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        digest.update(chunk, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException("a message cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** So many octets of a stream, which stays open. */
  private static final class Part extends InputStream {
    private final InputStream in;
    private long left;

    Part(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      int octet = left > 0 ? in.read() : -1;
      left -= octet < 0 ? 0 : 1;
      return octet;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left <= 0) {
        return length == 0 ? 0 : -1;
      }
      int count = in.read(target, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }
}
