package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Appended;
import org.postroom.core.mailbox.MailStore.Numbered;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaRules.Coming;

/**
 * Puts messages into mailboxes: what can be done before their unit of work begins, and the unit.
 */
final class Appending {
  private final WholeMailboxes whole;
  private final BodyRoom bodyStore;
  private final Watchers watchers;
  private final Clock clock;

  Appending(WholeMailboxes whole, BodyRoom bodyStore, Watchers watchers, Clock clock) {
    this.whole = whole;
    this.bodyStore = bodyStore;
    this.watchers = watchers;
    this.clock = clock;
  }

  /** See {@link MailStore#append}. */
  Appended append(MailboxId mailbox, List<NewMessage> messages) {
    try (Bodies bodies = new Bodies(messages)) {
      return append(mailbox, bodies);
    }
  }

  private Appended append(MailboxId mailbox, Bodies bodies) {
    long total = bodies.octets;
    return whole.run(
        bodies.unwritten,
        batch -> {
          Edit edit = Edit.tail(batch, watchers, mailbox);
          Mailbox into = edit.before().row();
          QuotaRoom.check(
              batch,
              batch.account(into.account()),
              new Coming(into.name().value(), total, bodies.all.size(), bodies.largest, false));
          UidSet.Builder uids = new UidSet.Builder();
          for (Body body : bodies.all) {
            uids.add(append(batch, edit, body));
          }
          MailboxState after = edit.done();
          return new Appended(
              after.row().uidValidity(), uids.build(), edit.modSeq(), edit.leftOut());
        });
  }

  /** See {@link MailStore#restore}. */
  Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    long last = 0;
    for (Numbered one : messages) {
      if (one.uid() <= last) {
        throw new IllegalArgumentException("UID " + one.uid() + " comes after " + last);
      }
      last = one.uid();
    }
    if (last >= Uid.MAX || uidNext > Uid.MAX) {
      throw new IllegalArgumentException("no UID would be left for a message that comes later");
    }
    try (Bodies bodies = new Bodies(messages.stream().map(Numbered::message).toList())) {
      return restore(mailbox, messages, bodies, uidNext);
    }
  }

  private Appended restore(
      MailboxId mailbox, List<Numbered> messages, Bodies bodies, long uidNext) {
    return whole.run(
        bodies.unwritten,
        batch -> {
          Edit edit = Edit.tail(batch, watchers, mailbox);
          Mailbox before = edit.before().row();
          long octets = 0;
          UidSet.Builder uids = new UidSet.Builder();
          for (int i = 0; i < messages.size(); i++) {
            long uid = messages.get(i).uid();
            if (uid >= before.uidNext()) {
              octets += messages.get(i).message().content().size();
              edit.goOnAt(uid);
              uids.add(append(batch, edit, bodies.all.get(i)));
            }
          }
          UidSet put = uids.build();
          if (put.isEmpty() && uidNext <= before.uidNext()) {
            return new Appended(before.uidValidity(), put, before.highestModSeq(), Set.of());
          }
          QuotaRoom.check(
              batch,
              batch.account(before.account()),
              new Coming(before.name().value(), octets, put.size(), 0, false));
          edit.goOnAt(Math.max(edit.uidNext(), uidNext));
          MailboxState after = edit.done();
          if (before.firstRecentUid() == before.uidNext()) {
            batch.put(after.withFirstRecent(after.row().uidNext()));
          }
          return new Appended(before.uidValidity(), put, edit.modSeq(), edit.leftOut());
        });
  }

  private record Body(NewMessage message, PlacedBody body, Parsed parsed) {}

  /** Messages with what can be done of them before the unit of work begins. */
  private final class Bodies implements AutoCloseable {
    private final List<Body> all = new ArrayList<>();
    private long octets;
    private long largest;
    private long unwritten;

    Bodies(List<NewMessage> messages) {
      boolean placed = false;
      try {
        for (NewMessage message : messages) {
          PlacedBody body = bodyStore.place(message.content(), describedAtMost(message));
          all.add(new Body(message, body, Parsed.of(message.content().structure())));
          octets += message.content().size();
          largest = Math.max(largest, message.content().size());
          unwritten += body.unwritten();
        }
        placed = true;
      } finally {
        if (!placed) {
          close();
        }
      }
    }

    @Override
    public void close() {
      all.forEach(one -> one.body.close());
    }
  }

  private static int describedAtMost(NewMessage message) {
    int octets = Description.COPY_AT_MOST;
    for (Keyword keyword : message.keywords()) {
      octets += keyword.name().length() + 2;
    }
    return octets;
  }

  private long append(Batch batch, Edit edit, Body body) throws SQLException {
    NewMessage message = body.message;
    long flags = message.flags() & Flags.SYSTEM;
    Marks marks = edit.marks(message.keywords());
    Set<Keyword> keywords = new LinkedHashSet<>(message.keywords());
    keywords.removeAll(edit.leftOut());
    long size = message.content().size();
    long uid = edit.add(flags, marks, size);
    long id = batch.id(Ids.Kind.MESSAGE);
    long now = clock.millis();
    batch.body(
        id,
        body.body,
        () ->
            new Description(id, now)
                .copy(edit.before(), uid, flags, keywords, message.date(), null)
                .toBytes(),
        body.parsed,
        1);
    batch.copy(
        new Batch.NewCopy(
            edit.before().key(uid),
            id,
            message.date().epochMillis(),
            message.date().offsetMinutes(),
            now,
            null));
    return uid;
  }
}
