package org.postroom.dist;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.mail.Envelope;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.refusal.NotEnqueued;
import org.postroom.dist.submit.Outbox;
import org.postroom.storage.store.SqlStorage;

/** The outbox as the application has it: what it may write, and that somebody looks for it. */
final class HostOutbox implements Outbox {
  private final SqlStorage storage;
  private final Supplier<Settings> settings;
  private final Runnable written;

  /**
   * Of a store.
   *
   * @param settings those in effect
   * @param written told of each mail that is in a transaction
   */
  HostOutbox(SqlStorage storage, Supplier<Settings> settings, Runnable written) {
    this.storage = storage;
    this.settings = settings;
    this.written = written;
  }

  /**
   * The one of a server, which takes what is written into it, where the store has an outbox.
   *
   * @param current by what a mail goes that is taken now
   * @param owned takes what is to be closed
   */
  static Outbox open(
      SqlStorage storage, Premises premises, Supplier<Generation> current, Owned owned) {
    Supplier<Settings> settings = () -> current.get().settings();
    Optional<OutboxStore> store = storage.outbox();
    if (store.isEmpty()) {
      return new HostOutbox(storage, settings, () -> {});
    }
    Collecting collecting = owned.add(new Collecting(premises, store.get(), current));
    collecting.soon();
    return new HostOutbox(storage, settings, collecting::soon);
  }

  @Override
  public Enqueued enqueue(Connection connection, String key, Envelope envelope, InputStream content)
      throws SQLException {
    Settings current = settings.get();
    HandedInLimit limit = HandedInLimit.of(current);
    if (envelope.recipients().size() > limit.recipients()) {
      throw new NotEnqueued(
          "a mail may have "
              + limit.recipients()
              + " recipients ("
              + limit.rule()
              + "), and this one has "
              + envelope.recipients().size());
    }
    long most = current.get(FlowParams.MESSAGE_SIZE);
    boolean isNew =
        storage.enqueue(connection, key, envelope, content, most == 0 ? Long.MAX_VALUE : most);
    if (isNew) {
      written.run();
    }
    return isNew ? Enqueued.WRITTEN : Enqueued.KNOWN;
  }

  @Override
  public Enqueued enqueue(Connection connection, String key, Envelope envelope, byte[] content)
      throws SQLException {
    return enqueue(connection, key, envelope, new ByteArrayInputStream(content));
  }

  @Override
  public Optional<Known> find(String key) {
    return storage
        .outbox()
        .flatMap(outbox -> outbox.find(key))
        .map(
            mail ->
                new Known(
                    mail.key(),
                    State.valueOf(mail.state().name()),
                    mail.written(),
                    mail.id(),
                    mail.reply()));
  }
}
