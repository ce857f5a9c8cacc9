package org.postroom.core.policy;

/**
 * A name that the DNS gives a client.
 *
 * @param text {@code unknown} where there is none
 */
public record HostName(String text, Standing standing) {

  /** How well it is known. */
  public enum Standing {
    KNOWN,
    /** The DNS has none. */
    ABSENT,
    /** The DNS did not answer. */
    UNCERTAIN
  }

  public static final String UNKNOWN = "unknown";

  /** There is none. */
  public static final HostName ABSENT = new HostName(UNKNOWN, Standing.ABSENT);

  /** Nobody knows now. */
  public static final HostName UNCERTAIN = new HostName(UNKNOWN, Standing.UNCERTAIN);

  public static HostName of(String name) {
    return new HostName(name, Standing.KNOWN);
  }

  public boolean isKnown() {
    return standing == Standing.KNOWN;
  }

  @Override
  public String toString() {
    return text;
  }
}
