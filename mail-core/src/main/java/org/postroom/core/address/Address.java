package org.postroom.core.address;

import java.util.Optional;

/**
 * A mailbox address (RFC 5321, 2.3.11): local part, without quotes, and domain.
 *
 * <p>The local part is whatever the domain's own host makes of it: of any length (RFC 5321,
 * 4.5.3.1: no limit that is not needed), with dots anywhere. {@link #toString} gives the SMTP form,
 * quoted where the grammar asks for it ({@code "a..b"@example.org}), so that the next host takes it
 * too. Two addresses are equal when their local parts are the same to the letter, and their domains
 * are one domain; who looks up an account, or a table, folds the case of the local part there.
 *
 * <p>Text in UTF-8 (RFC 6531) is a local part too; whether the other side may be shown one is a
 * question of the session: {@link #isAscii}.
 */
public record Address(String localPart, Domain domain) {

  // No line of a client is longer, whatever is configured; others bound what they keep by it.
  private static final int LONGEST = 12_288;

  /** {@link MalformedAddress} if it is none. */
  public Address {
    if (localPart.length() + 1 + domain.name().length() > LONGEST) {
      throw new MalformedAddress("an address has at most " + LONGEST + " characters");
    }
    LocalPart.checked(localPart);
  }

  /** The local part as it is meant, without quotes. */
  public static Address of(String localPart, Domain domain) {
    return new Address(localPart, domain);
  }

  /**
   * Reads the SMTP form: {@code ada@example.org}, {@code "a b"@example.org}, {@code
   * ada@[192.0.2.1]}. Dots in a row, or at an end, are taken without quotes too.
   *
   * @throws MalformedAddress if it is anything else
   */
  public static Address parse(String text) {
    WrittenAddress written = WrittenAddress.parse(text);
    return Address.of(
        written.localPart(),
        written.domain().orElseThrow(() -> new MalformedAddress("an address without a domain")));
  }

  /** As {@link #parse}; empty for what is no address. */
  public static Optional<Address> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (MalformedAddress e) {
      return Optional.empty();
    }
  }

  /** Whether it can be sent where UTF-8 is not allowed. */
  public boolean isAscii() {
    for (int i = 0; i < localPart.length(); i++) {
      if (localPart.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /** The SMTP form for people: the domain in its own script. */
  public String unicode() {
    return LocalPart.written(localPart) + "@" + domain.unicode();
  }

  // Addresses are compared several times for each mail: what the compiler makes of a record is
  // linked
  // at run time, and slow until it is.
  @Override
  public boolean equals(Object other) {
    return other instanceof Address that
        && localPart.equals(that.localPart)
        && domain.equals(that.domain);
  }

  @Override
  public int hashCode() {
    return 31 * localPart.hashCode() + domain.hashCode();
  }

  @Override
  public String toString() {
    return LocalPart.written(localPart) + "@" + domain;
  }
}
