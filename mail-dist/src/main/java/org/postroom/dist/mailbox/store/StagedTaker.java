package org.postroom.dist.mailbox.store;

import java.nio.file.Path;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.Staging;
import org.postroom.dist.files.MailTaker;
import org.postroom.dist.files.NamedFlags;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the messages of a file into a mailbox, one after the other. */
final class StagedTaker implements MailTaker {
  private static final Logger LOG = LoggerFactory.getLogger(StagedTaker.class);

  private final Path file;
  private final StoreFolder target;
  private final Staging staging;

  StagedTaker(Path file, StoreFolder target, Staging staging) {
    this.file = file;
    this.target = target;
    this.staging = staging;
  }

  @Override
  public Message begin() {
    ContentSink sink = staging.open(0);
    return new Message() {
      @Override
      public void write(byte[] octets, int offset, int length) {
        sink.write(octets, offset, length);
      }

      @Override
      public void end(About about) {
        long unused =
            target.append(
                sink,
                NamedFlags.of(about.flags()),
                about.date(),
                keyword ->
                    LOG.warn(
                        "{}: line {}: flag {} is left out: there are too many",
                        file,
                        about.line(),
                        keyword));
      }

      @Override
      public void close() {
        sink.close();
      }
    };
  }
}
