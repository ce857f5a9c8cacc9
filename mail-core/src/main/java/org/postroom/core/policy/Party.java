package org.postroom.core.policy;

import java.net.InetAddress;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Subject;

/** Whom of a mail's people a restriction is about. */
enum Party {
  CLIENT(Subject.CLIENT_HOST),
  CLIENT_NAME(Subject.CLIENT_HOST),
  REVERSE_NAME(Subject.REVERSE_CLIENT_HOST),
  HELO(Subject.HELO_COMMAND),
  SENDER(Subject.SENDER_ADDRESS),
  RECIPIENT(Subject.RECIPIENT_ADDRESS);

  private final String kind;

  Party(String kind) {
    this.kind = kind;
  }

  /** What replies call it. */
  String kind() {
    return kind;
  }

  boolean isSender() {
    return this == SENDER;
  }

  /** Its address; empty where it has none. */
  Optional<Address> address(PolicyContext mail) {
    return this == SENDER ? mail.senderWithAddress() : mail.recipient();
  }

  /** What replies are about that speak of it. */
  Subject subject(PolicyContext mail, Facts facts) {
    return switch (this) {
      case CLIENT, CLIENT_NAME -> mail.clientHost(facts.know(mail.client().names()));
      case REVERSE_NAME -> new Subject(facts.know(mail.client().names()).reverse().text(), kind);
      case HELO -> mail.heloCommand();
      case SENDER -> mail.senderAddress();
      case RECIPIENT -> mail.recipientAddress();
    };
  }

  /** {@code <ada@example.org>: Sender address rejected: } and why. */
  String rejected(Address address, String why) {
    return new Subject(address.toString(), kind).rejected(why);
  }

  /** What it is called in a list of domains, and what replies show; empty where it is not known. */
  Optional<Named> named(PolicyContext mail, Facts facts) {
    return switch (this) {
      case CLIENT -> {
        InetAddress client = mail.client().address();
        yield Optional.of(new Named(DnsLists.reversed(client), client.getHostAddress()));
      }
      case CLIENT_NAME -> known(facts.know(mail.client().names()).verified());
      case REVERSE_NAME -> known(facts.know(mail.client().names()).reverse());
      case HELO -> mail.helo().map(name -> new Named(name, name));
      case SENDER, RECIPIENT ->
          address(mail)
              .filter(address -> !address.domain().isLiteral())
              .map(address -> new Named(address.domain().name(), address.toString()));
    };
  }

  private static Optional<Named> known(HostName name) {
    return name.isKnown() ? Optional.of(new Named(name.text(), name.text())) : Optional.empty();
  }

  /**
   * A name to look for.
   *
   * @param key as a list has it
   * @param shown as replies have it
   */
  record Named(String key, String shown) {}
}
