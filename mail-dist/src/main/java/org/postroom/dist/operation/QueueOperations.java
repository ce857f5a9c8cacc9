package org.postroom.dist.operation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;
import org.postroom.dist.operation.Operation.Nothing;

/** Mail under way, and mail that is held. */
public final class QueueOperations {
  /** So many mails are looked at in one question. */
  private static final int MOST = 10_000;

  private static final String ALL = "ALL";

  /** Says what waits, oldest first; what is held, too. */
  public static final Operation<Nothing, Waiting> LIST =
      new Operation<>("queue-list", Nothing.class, Waiting.class, (desk, all) -> waiting(desk));

  /** Says what is held, oldest first. */
  public static final Operation<Nothing, Held> HELD =
      new Operation<>("queue-held", Nothing.class, Held.class, (desk, all) -> held(desk));

  /** Lets held mails go; none of them when one is not there. */
  public static final Operation<Mails, Mails> RELEASE =
      new Operation<>(
          "queue-release",
          Mails.class,
          Mails.class,
          (desk, asked) -> each(desk, asked, QueueStore::release));

  /** Deletes held mails, for good and without a word to anybody; none when one is not there. */
  public static final Operation<Mails, Mails> DELETE =
      new Operation<>(
          "queue-delete",
          Mails.class,
          Mails.class,
          (desk, asked) -> each(desk, asked, QueueStore::delete));

  private QueueOperations() {}

  /** Mails by their ids; {@code ALL} is every mail that is held. */
  public record Mails(List<String> ids) {
    public Mails {
      ids = List.copyOf(ids);
    }
  }

  /**
   * What waits.
   *
   * @param more whether there are others behind these
   */
  public record Waiting(List<WaitingMail> mails, boolean more) {
    public Waiting {
      mails = List.copyOf(mails);
    }
  }

  /**
   * A mail that waits.
   *
   * @param arrived as RFC 3339 writes it
   * @param recipients those that it waits for
   */
  public record WaitingMail(
      String id,
      String arrived,
      long size,
      String sender,
      boolean held,
      List<WaitingRecipient> recipients) {
    public WaitingMail {
      recipients = List.copyOf(recipients);
    }
  }

  /**
   * One that a mail waits for.
   *
   * @param reason what the last attempt came to; empty before the first
   */
  public record WaitingRecipient(String address, String reason) {}

  private static Waiting waiting(Desk desk) {
    Set<String> held =
        desk.queue().held(MOST).stream()
            .map(mail -> mail.id().value())
            .collect(Collectors.toUnmodifiableSet());
    List<QueuedMail> found = desk.queue().list(MOST);
    return new Waiting(
        found.stream().map(mail -> waiting(mail, held.contains(mail.id().value()))).toList(),
        found.size() == MOST);
  }

  private static WaitingMail waiting(QueuedMail mail, boolean held) {
    return new WaitingMail(
        mail.id().value(),
        mail.arrived().toString(),
        mail.content().size(),
        mail.sender().toString(),
        held,
        mail.recipients().stream()
            .map(
                one -> new WaitingRecipient(one.recipient().address().toString(), one.lastReason()))
            .toList());
  }

  /** What is held. */
  public record Held(List<HeldMail> mails) {
    public Held {
      mails = List.copyOf(mails);
    }
  }

  /**
   * A mail that is held.
   *
   * @param arrived as RFC 3339 writes it
   */
  public record HeldMail(
      String id, String arrived, long size, String sender, List<String> recipients) {
    public HeldMail {
      recipients = List.copyOf(recipients);
    }
  }

  private static Held held(Desk desk) {
    return new Held(desk.queue().held(MOST).stream().map(QueueOperations::shown).toList());
  }

  private static HeldMail shown(QueuedMail mail) {
    return new HeldMail(
        mail.id().value(),
        mail.arrived().toString(),
        mail.content().size(),
        mail.sender().toString(),
        mail.recipients().stream().map(one -> one.recipient().address().toString()).toList());
  }

  /** A mail at a time, so that the answer is what was done, whoever else is at work. */
  private static Mails each(
      Desk desk, Mails asked, ToIntBiFunction<QueueStore, List<Long>> action) {
    Set<String> done = new LinkedHashSet<>();
    if (asked.ids().contains(ALL)) {
      int before;
      do {
        before = done.size();
        done.addAll(done(desk.queue(), desk.queue().held(MOST), action));
      } while (done.size() > before);
      return new Mails(List.copyOf(done));
    }
    List<QueuedMail> held = desk.queue().held(MOST);
    List<String> missing =
        asked.ids().stream().filter(id -> held.stream().noneMatch(mail -> is(mail, id))).toList();
    if (!missing.isEmpty()) {
      String where = held.size() < MOST ? "" : "among the oldest " + MOST + " ";
      throw new OperationRefused(
          OperationRefused.Kind.REQUEST,
          where + "no mail is held as " + String.join(", ", missing));
    }
    List<QueuedMail> named =
        held.stream().filter(mail -> asked.ids().stream().anyMatch(id -> is(mail, id))).toList();
    done.addAll(done(desk.queue(), named, action));
    return new Mails(List.copyOf(done));
  }

  private static List<String> done(
      QueueStore queue, List<QueuedMail> mails, ToIntBiFunction<QueueStore, List<Long>> action) {
    return mails.stream()
        .filter(
            mail ->
                action.applyAsInt(
                        queue, mail.recipients().stream().map(QueuedRecipient::id).toList())
                    > 0)
        .map(mail -> mail.id().value())
        .toList();
  }

  private static boolean is(QueuedMail mail, String id) {
    return mail.id().value().equals(id);
  }
}
