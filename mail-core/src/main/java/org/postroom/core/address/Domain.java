package org.postroom.core.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/**
 * A domain name or an address literal such as {@code [192.0.2.1]} (RFC 5321, 2.3.5 and 4.1.3): one
 * value, however it is written. In lower case, without the root's dot, labels beyond ASCII as the
 * DNS has them (RFC 5890, A-labels): {@code Bücher.example}, {@code BÜCHER.example} and {@code
 * xn--bcher-kva.example.} are equal. An underscore is tolerated; 63 octets to a label, 255 to the
 * name.
 *
 * @param name in ASCII
 */
public record Domain(String name) {

  private static final int LONGEST = 255;
  private static final int LONGEST_LABEL = 63;
  private static final String IPV6_TAG = "ipv6:";

  /** {@link MalformedAddress} if it is none. */
  public Domain {
    name = name.startsWith("[") ? literal(name) : checked(Idna.toAscii(name));
  }

  public static Domain of(String name) {
    return new Domain(name);
  }

  /** Empty for what is no domain. */
  public static Optional<Domain> parse(String name) {
    try {
      return Optional.of(new Domain(name));
    } catch (MalformedAddress e) {
      return Optional.empty();
    }
  }

  /**
   * How names are compared where they are kept as text, in lists and tables: as {@link #name} of
   * what is a domain. Of anything else, such as {@code .example.org}, as much as is one; never
   * fails.
   */
  public static String spelled(String text) {
    try {
      return Idna.toAscii(text);
    } catch (MalformedAddress e) {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  /** For people: in its own script (U-labels). What is only dressed up as one stays in ASCII. */
  public String unicode() {
    return Idna.toUnicode(name);
  }

  public boolean isLiteral() {
    return name.charAt(0) == '[';
  }

  /** The address of a literal; empty for a name. */
  public Optional<InetAddress> address() {
    if (!isLiteral()) {
      return Optional.empty();
    }
    String inner = name.substring(1, name.length() - 1);
    return IpLiteral.parse(inner.startsWith(IPV6_TAG) ? inner.substring(IPV6_TAG.length()) : inner);
  }

  private static String literal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String inner = lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : "";
    boolean tagged = inner.startsWith(IPV6_TAG);
    String bare = tagged ? inner.substring(IPV6_TAG.length()) : inner;
    Optional<InetAddress> address = IpLiteral.parse(bare);
    if (address.isEmpty() || tagged != bare.indexOf(':') >= 0) {
      throw new MalformedAddress("not an address literal: " + shown(name));
    }
    // One spelling each, so that equal addresses are equal literals.
    return address.get() instanceof Inet4Address
        ? "[" + IpLiteral.written(address.get()) + "]"
        : "[" + IPV6_TAG + IpLiteral.written(address.get()) + "]";
  }

  private static String checked(String given) {
    String name = given.endsWith(".") ? given.substring(0, given.length() - 1) : given;
    if (name.isEmpty() || name.length() > LONGEST) {
      throw new MalformedAddress("a domain has 1 to 255 octets: " + shown(name));
    }
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '.') {
        if (!isLabel(name, start, i)) {
          throw new MalformedAddress("not a domain: " + shown(name));
        }
        start = i + 1;
      }
    }
    return name;
  }

  private static boolean isLabel(String name, int start, int end) {
    if (start == end
        || end - start > LONGEST_LABEL
        || name.charAt(start) == '-'
        || name.charAt(end - 1) == '-') {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (!isLabelCharacter(name.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLabelCharacter(int c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
  }

  private static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Domain that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
