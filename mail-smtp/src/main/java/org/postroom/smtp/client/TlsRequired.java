package org.postroom.smtp.client;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;

/**
 * Whether a mail says itself that it need not go safely ({@code TLS-Required: No}, RFC 8689, 5).
 */
final class TlsRequired {
  /** Of the beginning, in octets: what stands behind them in a header asks for nothing. */
  private static final int READ = 64 * 1024;

  private TlsRequired() {}

  static boolean isNo(Content content) {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(READ, content.size()));
    int count = head.hasRemaining() ? content.read(0, head) : 0;
    while (count > 0 && head.hasRemaining()) {
      count = content.read(head.position(), head);
    }
    for (HeaderField field : HeaderFields.of(head.array(), 0, head.position())) {
      if (field.isNamed("TLS-Required") && field.value().latin1().strip().equalsIgnoreCase("no")) {
        return true;
      }
    }
    return false;
  }
}
