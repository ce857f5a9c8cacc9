package org.postroom.smtp.client;

import java.nio.ByteBuffer;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.MimePart;
import org.postroom.core.mime.StructureScanner;

/**
 * Whether a mail needs a server that has SMTPUTF8 (RFC 6531, 3.2): for an address, to which an
 * alias may have led it, or, when it was handed in with SMTPUTF8, for a header. A domain does not:
 * it is written as the DNS has it. Nor does a mail within the mail that is labelled as such
 * (message/global, RFC 6532, 3.7).
 */
final class NeedsUtf8 {
  private static final int CHUNK = 16 * 1024;

  private NeedsUtf8() {}

  static boolean any(QueuedMail mail) {
    return inEnvelope(mail) || mail.traits().smtpUtf8() && inHeader(mail.content());
  }

  static boolean inEnvelope(QueuedMail mail) {
    return !mail.sender().address().map(Address::isAscii).orElse(true)
        || mail.recipients().stream().anyMatch(one -> !one.recipient().address().isAscii());
  }

  private static boolean inHeader(Content content) {
    StructureScanner scanner = new StructureScanner();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK, content.size())));
    for (long at = 0; at < content.size(); at += chunk.flip().limit()) {
      chunk.clear();
      read(content, at, chunk);
      scanner.update(chunk.array(), 0, chunk.position());
    }
    return inHeader(content, scanner.finish().root());
  }

  private static boolean inHeader(Content content, MimePart part) {
    return isBeyondAscii(content, part.headerOffset(), part.bodyOffset())
        || part.children().stream().anyMatch(child -> inHeader(content, child))
        || part.embedded().isPresent()
            && part.subtype().equalsIgnoreCase("rfc822")
            && inHeader(content, part.embedded().get().root());
  }

  private static boolean isBeyondAscii(Content content, long from, long to) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK, to - from)));
    for (long at = from; at < to; at += chunk.position()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), to - at));
      read(content, at, chunk);
      for (int i = 0; i < chunk.position(); i++) {
        if (chunk.get(i) < 0) {
          return true;
        }
      }
    }
    return false;
  }

  private static void read(Content content, long at, ByteBuffer chunk) {
    if (content.read(at, chunk) <= 0) {
      throw new IllegalStateException("content ends at " + at + " of " + content.size());
    }
  }
}
