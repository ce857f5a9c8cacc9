package org.postroom.core.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A domain name or an address literal such as {@code [192.0.2.1]} (RFC 5321, 2.3.5 and 4.1.3), in
 * lower case and without the root's dot. Two that differ in case only are equal. Labels may be in
 * UTF-8 (RFC 6531), and an underscore is tolerated; 63 octets to a label, 255 to the name.
 */
public record Domain(String name) {

  private static final int LONGEST = 255;
  private static final int LONGEST_LABEL = 63;
  private static final String IPV6_TAG = "ipv6:";

  /** {@link MalformedAddress} if it is none. */
  public Domain {
    name = name.startsWith("[") ? literal(name) : checked(name.toLowerCase(Locale.ROOT));
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
        ? "[" + address.get().getHostAddress() + "]"
        : "[" + IPV6_TAG + bare + "]";
  }

  private static String checked(String given) {
    String name = given.endsWith(".") ? given.substring(0, given.length() - 1) : given;
    if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw new MalformedAddress("a domain has 1 to 255 octets: " + shown(name));
    }
    for (String label : name.split("\\.", -1)) {
      boolean sound =
          !label.isEmpty()
              && label.getBytes(StandardCharsets.UTF_8).length <= LONGEST_LABEL
              && label.charAt(0) != '-'
              && label.charAt(label.length() - 1) != '-'
              && label.codePoints().allMatch(Domain::isLabelCharacter);
      if (!sound) {
        throw new MalformedAddress("not a domain: " + shown(name));
      }
    }
    return name;
  }

  private static boolean isLabelCharacter(int c) {
    if (c < 0x80) {
      return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }
    return Address.isUtf8Character(c);
  }

  private static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  @Override
  public String toString() {
    return name;
  }
}
