package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Recipient;

/** MAIL and RCPT, with the parameters that a server takes. */
final class EnvelopeCommands {
  private final Greeted server;

  EnvelopeCommands(Greeted server) {
    this.server = server;
  }

  /**
   * MAIL.
   *
   * @param body what the content is as it goes there
   */
  String mailFrom(QueuedMail mail, BodyType body) {
    StringBuilder line = new StringBuilder("MAIL FROM:<").append(mail.sender()).append('>');
    if (server.offers("SIZE")) {
      line.append(" SIZE=").append(mail.content().size());
    }
    if (body == BodyType.BINARY_MIME) {
      line.append(" BODY=BINARYMIME");
    } else if (body == BodyType.EIGHT_BIT_MIME && server.offers("8BITMIME")) {
      line.append(" BODY=8BITMIME");
    }
    if (server.offers("SMTPUTF8") && (mail.traits().smtpUtf8() || NeedsUtf8.inEnvelope(mail))) {
      line.append(" SMTPUTF8");
    }
    if (mail.traits().requiresTls() && server.offers("REQUIRETLS")) {
      line.append(" REQUIRETLS");
    }
    if (server.offers("DSN")) {
      mail.traits().fullReturn().ifPresent(full -> line.append(full ? " RET=FULL" : " RET=HDRS"));
      mail.traits().envelopeId().ifPresent(id -> line.append(" ENVID=").append(xtext(id)));
    }
    return line.toString();
  }

  String rcptTo(Recipient recipient) {
    StringBuilder line = new StringBuilder("RCPT TO:<").append(recipient.address()).append('>');
    if (server.offers("DSN")) {
      if (!recipient.reportOn().isEmpty()) {
        line.append(" NOTIFY=")
            .append(
                String.join(",", recipient.reportOn().stream().map(Enum::name).sorted().toList()));
      }
      recipient.original().ifPresent(o -> line.append(" ORCPT=").append(orcpt(o)));
    }
    return line.toString();
  }

  private static String orcpt(String original) {
    int type = original.indexOf(';');
    return original.substring(0, type + 1) + xtext(original.substring(type + 1));
  }

  /** RFC 3461, 4. */
  static String xtext(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      int c = b & 0xff;
      if (c > 0x20 && c < 0x7f && c != '+' && c != '=') {
        encoded.append((char) c);
      } else {
        encoded.append(String.format(Locale.ROOT, "+%02X", c));
      }
    }
    return encoded.toString();
  }
}
