package org.postroom.core.address;

/**
 * A mailbox address (RFC 5321, 2.3.11): local part, without quotes, and domain. The local part
 * keeps its case; {@link #toString} gives the SMTP form, quoted where the grammar asks for it.
 */
public record Address(String localPart, Domain domain) {

  public static Address of(String localPart, Domain domain) {
    return new Address(localPart, domain);
  }

  @Override
  public String toString() {
    return localPart + "@" + domain;
  }
}
