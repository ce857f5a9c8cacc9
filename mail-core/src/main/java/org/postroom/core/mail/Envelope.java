package org.postroom.core.mail;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;

/**
 * Who sends and who receives, apart from what the content says (RFC 5321, 2.3.1).
 *
 * @param sender where reports go
 * @param recipients at least one
 * @param body what BODY= said
 * @param smtpUtf8 whether SMTPUTF8 was asked for (RFC 6531)
 * @param envelopeId ENVID (RFC 3461), xtext decoded
 * @param fullReturn whether RET=FULL was asked for; empty when RET was not given
 * @param requiresTls whether REQUIRETLS was asked for (RFC 8689): each server on the way must be
 *     known, and do the same
 */
public record Envelope(
    ReversePath sender,
    List<Recipient> recipients,
    BodyType body,
    boolean smtpUtf8,
    Optional<String> envelopeId,
    Optional<Boolean> fullReturn,
    boolean requiresTls) {

  public Envelope {
    recipients = List.copyOf(recipients);
    if (recipients.isEmpty()) {
      throw new IllegalArgumentException("an envelope without recipients");
    }
  }

  /** The same with another sender. */
  public Envelope from(ReversePath other) {
    return new Envelope(other, recipients, body, smtpUtf8, envelopeId, fullReturn, requiresTls);
  }

  /**
   * An envelope without extensions, of addresses as SMTP writes them.
   *
   * @param sender empty for the null sender
   * @throws org.postroom.core.address.MalformedAddress if one is none
   */
  public static Envelope parse(String sender, String... recipients) {
    return of(
        sender.isEmpty() ? ReversePath.NULL : ReversePath.of(Address.parse(sender)),
        Stream.of(recipients).map(Address::parse).map(Recipient::of).toList());
  }

  /** An envelope without extensions. */
  public static Envelope of(ReversePath sender, List<Recipient> recipients) {
    return new Envelope(
        sender, recipients, BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false);
  }
}
