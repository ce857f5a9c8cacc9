package org.postroom.core.restriction;

/**
 * What a reply is about, in the words of the compatible systems.
 *
 * @param name what the client said, or is
 * @param kind such as {@code Sender address}
 */
public record Subject(String name, String kind) {
  /** Kinds. */
  public static final String CLIENT_HOST = "Client host";

  public static final String REVERSE_CLIENT_HOST = "Unverified Client host";
  public static final String HELO_COMMAND = "Helo command";
  public static final String SENDER_ADDRESS = "Sender address";
  public static final String RECIPIENT_ADDRESS = "Recipient address";

  /** {@code <ada@example.org>: Recipient address rejected: } and why. */
  public String rejected(String why) {
    return "<" + name + ">: " + kind + " rejected: " + why;
  }

  /** {@code <ada@example.org>: Recipient address } and what it does. */
  public String does(String what) {
    return "<" + name + ">: " + kind + " " + what;
  }
}
