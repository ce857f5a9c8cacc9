package org.postroom.smtp.protocol;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;

/**
 * How the recipient of a copy stands in its sender, so that a report says by its address which
 * recipient it is about: with {@code +=}, {@code list@example.org} becomes {@code
 * list+user=far.test@example.org}.
 *
 * @param before stands before the recipient
 * @param at stands for his {@code @}
 */
public record Verp(char before, char at) {
  /** What is asked for in MAIL. */
  public static final String KEYWORD = "XVERP";

  /**
   * What two characters say.
   *
   * @param allowed which there may be
   * @return empty where they are not two of those
   */
  public static Optional<Verp> parse(String delimiters, String allowed) {
    return delimiters.length() == 2
            && delimiters.chars().allMatch(character -> allowed.indexOf(character) >= 0)
        ? Optional.of(new Verp(delimiters.charAt(0), delimiters.charAt(1)))
        : Optional.empty();
  }

  /** The sender of the copy for a recipient; nobody stays nobody. */
  public ReversePath sender(ReversePath sender, Address recipient) {
    return new ReversePath(
        sender
            .address()
            .map(
                from ->
                    Address.of(
                        from.localPart()
                            + before
                            + recipient.localPart()
                            + at
                            + recipient.domain().name(),
                        from.domain())));
  }
}
