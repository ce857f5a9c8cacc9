package org.postroom.dist.mailbox;

import java.io.InputStream;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mail.Content;
import org.postroom.core.refusal.ContentDamaged;

/**
 * A message in a mailbox, as it was when it was read. Its content is read from the store when it is
 * opened, for about an hour after the message was removed, too.
 *
 * @param uid its number in its mailbox
 * @param flags such as {@code \Seen}
 * @param date when it came
 * @param size octets
 * @param headers what its header says
 * @param content its octets; empty when they are gone although the message is there
 */
public record StoredMessage(
    long uid,
    Set<String> flags,
    OffsetDateTime date,
    long size,
    Headers headers,
    Optional<Content> content) {

  /**
   * What the header of a message says, decoded; texts are empty where there is no such field.
   * Addresses are as {@code Ada <ada@example.org>}, or without a name.
   */
  public record Headers(
      String date,
      String subject,
      List<String> from,
      List<String> sender,
      List<String> replyTo,
      List<String> to,
      List<String> cc,
      List<String> bcc,
      String inReplyTo,
      String messageId) {

    public Headers {
      from = List.copyOf(from);
      sender = List.copyOf(sender);
      replyTo = List.copyOf(replyTo);
      to = List.copyOf(to);
      cc = List.copyOf(cc);
      bcc = List.copyOf(bcc);
    }
  }

  public StoredMessage {
    flags = Set.copyOf(flags);
  }

  public String subject() {
    return headers.subject();
  }

  /** The first of those that it is from; empty when it does not say. */
  public String from() {
    return headers.from().isEmpty() ? "" : headers.from().get(0);
  }

  /**
   * A stream of its octets, which nobody need close.
   *
   * @throws ContentDamaged when they are gone
   */
  public InputStream open() {
    return content
        .orElseThrow(() -> new ContentDamaged("the content of message " + uid + " is gone"))
        .stream();
  }
}
