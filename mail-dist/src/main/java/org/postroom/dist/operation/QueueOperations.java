package org.postroom.dist.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;
import org.postroom.dist.operation.Operation.Nothing;

/** Mail that is held. */
public final class QueueOperations {
  /** So many mails are looked at in one question; what is more is there for the next one. */
  private static final int MOST = 10_000;

  private static final String ALL = "ALL";

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
          (desk, asked) -> each(desk, asked, QueueOperations::delete));

  private QueueOperations() {}

  /** Mails by their ids; {@code ALL} is every mail that is held. */
  public record Mails(List<String> ids) {
    public Mails {
      ids = List.copyOf(ids);
    }
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

  private static int delete(QueueStore queue, List<Long> recipients) {
    List<Settlement> done = recipients.stream().<Settlement>map(Settlement.Done::new).toList();
    queue.settle(done, List.of());
    return done.size();
  }

  private static Mails each(Desk desk, Mails asked, BiConsumer<QueueStore, List<Long>> action) {
    List<QueuedMail> held = desk.queue().held(MOST);
    boolean all = asked.ids().contains(ALL);
    List<String> missing =
        asked.ids().stream()
            .filter(id -> !id.equals(ALL) && held.stream().noneMatch(mail -> is(mail, id)))
            .toList();
    if (!missing.isEmpty()) {
      throw new OperationRefused(
          OperationRefused.Kind.REQUEST, "no mail is held as " + String.join(", ", missing));
    }
    List<String> done = new ArrayList<>();
    List<Long> recipients = new ArrayList<>();
    for (QueuedMail mail : held) {
      if (all || asked.ids().stream().anyMatch(id -> is(mail, id))) {
        mail.recipients().stream().map(QueuedRecipient::id).forEach(recipients::add);
        if (!done.contains(mail.id().value())) {
          done.add(mail.id().value());
        }
      }
    }
    if (!recipients.isEmpty()) {
      action.accept(desk.queue(), recipients);
    }
    return new Mails(done);
  }

  private static boolean is(QueuedMail mail, String id) {
    return mail.id().value().equals(id);
  }
}
