package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.mail.Content;

/** The field by which mail that comes back is known for what it is. */
final class DeliveredTo {
  private static final String NAME = "delivered-to:";

  /** No field of ours is longer, and no header needs more: the rest is taken for the text. */
  private static final int LONGEST_LINE = 16 * 1024;

  private static final int LONGEST_HEADER = 1024 * 1024;

  private DeliveredTo() {}

  /** The field for a recipient. */
  static String field(Address recipient) {
    return "Delivered-To: " + recipient;
  }

  /** Whether a mail was delivered to a recipient before; cases are not told apart. */
  static boolean has(Content content, Address recipient) {
    String wanted = recipient.toString();
    try (InputStream in = new BufferedInputStream(content.stream())) {
      int left = LONGEST_HEADER;
      for (String line = line(in); !line.isEmpty() && left > 0; line = line(in)) {
        if (line.regionMatches(true, 0, NAME, 0, NAME.length())
            && line.substring(NAME.length()).strip().equalsIgnoreCase(wanted)) {
          return true;
        }
        left -= line.length() + 2;
      }
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("content is read without files", e);
    }
  }

  /** What becomes of one that was: it runs in a circle (RFC 3463, X.4.6). */
  static DeliveryResult loop(String relay, Address recipient) {
    return new DeliveryResult.Bounced(relay, "5.4.6", "mail forwarding loop for " + recipient);
  }

  /** The beginning of the next line; empty for a blank one, and at the end. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c = in.read();
    while (c >= 0 && c != '\n') {
      if (line.size() < LONGEST_LINE) {
        line.write(c);
      }
      c = in.read();
    }
    return line.toString(UTF_8).stripTrailing();
  }
}
