package org.postroom.core.address;

import java.util.Optional;

/**
 * An address as somebody wrote it: perhaps without a domain ({@code root}, {@code postmaster}),
 * perhaps with a route of older networks in its local part ({@code x%far.example}, {@code
 * far.example!x}). Nobody can be sent anything under it before it is {@linkplain #at completed}.
 *
 * @param localPart without quotes
 * @param domain empty where none was written
 */
public record WrittenAddress(String localPart, Optional<Domain> domain) {

  /** {@link MalformedAddress} if it can never be an address. */
  public WrittenAddress {
    LocalPart.checked(localPart);
  }

  /** One that was written whole. */
  public static WrittenAddress of(Address address) {
    return new WrittenAddress(address.localPart(), Optional.of(address.domain()));
  }

  /**
   * Reads {@code ada}, {@code ada@example.org}, {@code "a b"@example.org}.
   *
   * @throws MalformedAddress if it is anything else
   */
  public static WrittenAddress parse(String text) {
    if (text.startsWith("\"")) {
      return quoted(text);
    }
    int at = text.indexOf('@');
    String local = at < 0 ? text : text.substring(0, at);
    if (!LocalPart.isBare(local)) {
      throw new MalformedAddress("not an address");
    }
    return new WrittenAddress(local, domain(text, local.length()));
  }

  private static WrittenAddress quoted(String text) {
    StringBuilder local = new StringBuilder();
    int i = 1;
    while (i < text.length() && text.charAt(i) != '"') {
      if (text.charAt(i) == '\\') {
        i++;
      }
      if (i < text.length()) {
        local.append(text.charAt(i++));
      }
    }
    if (i >= text.length()) {
      throw new MalformedAddress("a quoted local part has no end");
    }
    return new WrittenAddress(local.toString(), domain(text, i + 1));
  }

  /** What stands from {@code at} on: a sign and a domain, or nothing. */
  private static Optional<Domain> domain(String text, int at) {
    if (at == text.length()) {
      return Optional.empty();
    }
    if (text.charAt(at) != '@') {
      throw new MalformedAddress("something else than a domain stands behind the local part");
    }
    return Optional.of(Domain.of(text.substring(at + 1)));
  }

  /** The whole address: at {@code origin} where it has no domain of its own. */
  public Address at(Domain origin) {
    return Address.of(localPart, domain.orElse(origin));
  }

  /** Whether it is that address, to the letter. */
  public boolean is(Address whole) {
    return domain.isPresent()
        && domain.get().equals(whole.domain())
        && localPart.equals(whole.localPart());
  }

  /** As SMTP writes it. */
  @Override
  public String toString() {
    String local = LocalPart.written(localPart);
    return domain.map(it -> local + "@" + it).orElse(local);
  }
}
