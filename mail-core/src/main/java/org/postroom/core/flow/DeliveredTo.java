package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.mail.Content;

/** The field by which mail that comes back is known for what it is. */
public final class DeliveredTo {
  private static final String NAME = "delivered-to:";

  /** No field of ours is longer, and no header needs more: the rest is taken for the text. */
  private static final int LONGEST_LINE = 16 * 1024;

  private static final int LONGEST_HEADER = 1024 * 1024;

  /** What stands for a circle (RFC 3463, X.4.6). */
  static final String LOOP = "5.4.6";

  private DeliveredTo() {}

  /** The fields for several, the last of whom comes first, as each would add his own. */
  static byte[] fields(List<Address> recipients) {
    StringBuilder fields = new StringBuilder();
    recipients.forEach(one -> fields.insert(0, field(one) + "\r\n"));
    return fields.toString().getBytes(UTF_8);
  }

  /** The field for a recipient. */
  public static String field(Address recipient) {
    return "Delivered-To: " + recipient;
  }

  /** Whether a mail was delivered to a recipient before; cases are not told apart. */
  public static boolean has(Content content, Address recipient) {
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

  /** Why mail for a recipient does not go on. */
  static String inCircles(Address recipient) {
    return "mail forwarding loop for " + recipient;
  }

  /** What becomes of one that was: it runs in a circle. */
  public static DeliveryResult loop(String relay, Address recipient) {
    return new DeliveryResult.Bounced(relay, LOOP, inCircles(recipient));
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
