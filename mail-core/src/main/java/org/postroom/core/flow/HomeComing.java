package org.postroom.core.flow;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.Submission;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueuedMail;

/**
 * A queued mail whose recipients are ours by now, made ready for their mailboxes: the queue keeps
 * octets only, so their structure is scanned again.
 */
final class HomeComing {
  private static final int CHUNK = 64 * 1024;

  private HomeComing() {}

  static Acceptance of(QueuedMail mail, List<Acceptance.Delivery> deliveries) {
    Envelope envelope =
        new Envelope(
            mail.sender(),
            mail.recipients().stream().map(QueuedMail.QueuedRecipient::recipient).toList(),
            mail.traits().body(),
            mail.traits().smtpUtf8(),
            mail.traits().envelopeId(),
            mail.traits().fullReturn());
    Submission.Client self =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "QUEUE");
    Submission submission =
        new Submission(mail.id(), self, envelope, new Rescanned(mail.content()), mail.arrived());
    return new Acceptance(submission, deliveries, List.of());
  }

  /** Octets of the store; closing has nothing to give back. */
  private static final class Rescanned implements StagedContent {
    private final Content content;
    private final MessageStructure structure;

    Rescanned(Content content) {
      this.content = content;
      this.structure = scan(content);
    }

    private static MessageStructure scan(Content content) {
      StructureScanner scanner = new StructureScanner();
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(content.size(), CHUNK)));
      for (long position = 0; position < content.size(); ) {
        chunk.clear();
        int count = content.read(position, chunk);
        if (count <= 0) {
          throw new IllegalStateException("content ends at " + position + " of " + content.size());
        }
        scanner.update(chunk.array(), 0, count);
        position += count;
      }
      return scanner.finish();
    }

    @Override
    public long size() {
      return content.size();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      return content.read(position, target);
    }

    @Override
    public MessageStructure structure() {
      return structure;
    }

    @Override
    public void close() {}
  }
}
