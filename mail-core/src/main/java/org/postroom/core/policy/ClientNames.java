package org.postroom.core.policy;

/**
 * What the DNS calls a client.
 *
 * @param verified leads back to its address
 * @param reverse what the address's owner says, whether that is true or not
 */
public record ClientNames(HostName verified, HostName reverse) {

  /** Nobody has looked, or there is none. */
  public static final ClientNames ABSENT = new ClientNames(HostName.ABSENT, HostName.ABSENT);

  /** The DNS does not answer. */
  public static final ClientNames UNCERTAIN =
      new ClientNames(HostName.UNCERTAIN, HostName.UNCERTAIN);

  /** One that is its own word and is true. */
  public static ClientNames of(String name) {
    return new ClientNames(HostName.of(name), HostName.of(name));
  }

  @Override
  public String toString() {
    return verified.equals(reverse) ? verified.text() : verified + " (" + reverse + ")";
  }
}
