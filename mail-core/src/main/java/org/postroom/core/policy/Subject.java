package org.postroom.core.policy;

/**
 * What a reply is about, in the words of the compatible systems.
 *
 * @param name what the client said, or is
 * @param kind such as {@code Sender address}
 */
public record Subject(String name, String kind) {
  static final String CLIENT_HOST = "Client host";
  static final String REVERSE_CLIENT_HOST = "Unverified Client host";
  static final String HELO_COMMAND = "Helo command";
  static final String SENDER_ADDRESS = "Sender address";
  static final String RECIPIENT_ADDRESS = "Recipient address";

  /** {@code <ada@example.org>: Recipient address rejected: } and why. */
  String rejected(String why) {
    return "<" + name + ">: " + kind + " rejected: " + why;
  }

  /** {@code <ada@example.org>: Recipient address } and what it does. */
  String does(String what) {
    return "<" + name + ">: " + kind + " " + what;
  }
}
