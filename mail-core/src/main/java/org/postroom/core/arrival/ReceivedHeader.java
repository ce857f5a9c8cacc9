package org.postroom.core.arrival;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;

/**
 * The trace line that every server puts in front (RFC 5321, 4.4), folded. Whatever the client had a
 * hand in is neutered: it cannot end the line, leave its comment or pass for another clause.
 *
 * @param client where the mail came from; one without a HELO name has no {@code from} clause, one
 *     without a protocol no {@code with} clause
 * @param tls how the connection is protected ({@code TLSv1.3 with cipher … (256/256 bits)}); empty
 *     in clear
 * @param host the name of this server
 * @param product what this server is
 * @param recipient named only when it is the only one, so that nobody learns of the others, and
 *     when it fits in whole: half an address is another one
 * @param time when the mail came
 */
public record ReceivedHeader(
    Submission.Client client,
    Optional<String> tls,
    String host,
    String product,
    QueueId id,
    Optional<Address> recipient,
    OffsetDateTime time) {

  // Longer texts are cut, so that with their clause they stay far below the 998 of RFC 5322, 2.1.1.
  private static final int MAX_TEXT = 320;

  // What Postfix neuters in names: these mean something in a structured field.
  private static final String SPECIALS = " <>()\\\";@,";

  /** The header's octets, CRLF at the end. */
  public Content content() {
    return Content.of(toString().getBytes(UTF_8));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(256).append("Received: ");
    if (!client.helo().isEmpty()) {
      text.append("from ").append(name(client.helo()));
      text.append(" (").append(name(client.name()));
      text.append(" [").append(literal(client.address())).append("])");
      fold(text);
    }
    tls.ifPresent(
        session -> {
          // Ours alone: what stands in brackets in it is a comment within the comment.
          text.append("(using ").append(clean(session, "\\")).append(')');
          fold(text);
        });
    client
        .login()
        .ifPresent(
            login -> {
              text.append("(Authenticated sender: ").append(comment(login)).append(')');
              fold(text);
            });
    text.append("by ").append(name(host)).append(" (").append(comment(product)).append(')');
    if (!client.protocol().isEmpty()) {
      text.append(" with ").append(name(client.protocol()));
    }
    text.append(" id ").append(id);
    recipient
        .map(Address::toString)
        .filter(address -> address.length() <= MAX_TEXT)
        .ifPresent(
            address -> {
              fold(text);
              text.append("for <").append(clean(address, "<>")).append('>');
            });
    text.append(';');
    fold(text);
    return text.append(MailDate.format(time)).append("\r\n").toString();
  }

  private static void fold(StringBuilder text) {
    text.append("\r\n\t");
  }

  private String name(String text) {
    return clean(text, SPECIALS);
  }

  private String comment(String text) {
    return clean(text, "()\\");
  }

  private String clean(String text, String unwanted) {
    // RFC 6532: octets beyond US-ASCII belong into the header of an internationalised mail only.
    boolean unicode = client.protocol().startsWith("UTF8");
    int length = Math.min(text.length(), MAX_TEXT);
    int i = 0;
    while (i < length && isWanted(text.charAt(i), unwanted, unicode)) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(length).append(text, 0, i);
    for (; i < length; i++) {
      char c = text.charAt(i);
      out.append(isWanted(c, unwanted, unicode) ? c : '?');
    }
    return out.toString();
  }

  private static boolean isWanted(char c, String unwanted, boolean unicode) {
    boolean plain = c >= 0x20 && c < 0x7f || unicode && c > 0x9f && !isLineBreak(c);
    return plain && unwanted.indexOf(c) < 0;
  }

  private static boolean isLineBreak(char c) {
    return c == 0x2028 || c == 0x2029;
  }

  private static String literal(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    String plain = scope < 0 ? text : text.substring(0, scope);
    return address instanceof Inet6Address ? "IPv6:" + plain : plain;
  }
}
