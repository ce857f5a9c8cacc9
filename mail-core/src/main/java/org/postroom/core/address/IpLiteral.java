package org.postroom.core.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** Reads IP addresses from text and never asks the DNS. */
public final class IpLiteral {

  private IpLiteral() {}

  /** IPv4 in four decimal parts, or IPv6 (RFC 4291, 2.2). A mapped IPv4 address is IPv4. */
  public static Optional<InetAddress> parse(String text) {
    Optional<byte[]> bytes = text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
    return bytes.map(IpLiteral::address);
  }

  /** The one spelling: IPv6 in lower case, its longest run of zeros left out (RFC 5952, 4). */
  public static String written(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return address.getHostAddress();
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (bytes[2 * i] & 0xFF) << 8 | bytes[2 * i + 1] & 0xFF;
    }
    int gap = -1;
    int length = 1; // a single zero is written
    for (int i = 0; i < 8; i++) {
      int zeros = i;
      while (zeros < 8 && groups[zeros] == 0) {
        zeros++;
      }
      if (zeros - i > length) {
        gap = i;
        length = zeros - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == gap) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("neither 4 nor 16 bytes", e);
    }
  }

  private static Optional<byte[]> ipv4(String text) {
    String[] parts = text.split("\\.", 5);
    if (parts.length != 4) {
      return Optional.empty();
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      if (!isDecimal(parts[i]) || Integer.parseInt(parts[i]) > 255) {
        return Optional.empty();
      }
      bytes[i] = (byte) Integer.parseInt(parts[i]);
    }
    return Optional.of(bytes);
  }

  /** One to three digits. A leading zero means octal to some and decimal to others. */
  private static boolean isDecimal(String part) {
    boolean isNumber = !part.isEmpty() && part.length() <= 3;
    for (int i = 0; i < part.length(); i++) {
      isNumber &= part.charAt(i) >= '0' && part.charAt(i) <= '9';
    }
    return isNumber && (part.length() == 1 || part.charAt(0) != '0');
  }

  private static Optional<byte[]> ipv6(String text) {
    if (text.length() > 45) {
      return Optional.empty();
    }
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text).filter(bytes -> bytes.length == 16);
    }
    Optional<byte[]> head = groups(text.substring(0, gap));
    Optional<byte[]> tail = groups(text.substring(gap + 2));
    if (head.isEmpty() || tail.isEmpty() || text.substring(0, gap).indexOf('.') >= 0) {
      return Optional.empty();
    }
    int length = head.get().length + tail.get().length;
    if (length > 14) {
      return Optional.empty();
    }
    byte[] bytes = Arrays.copyOf(head.get(), 16);
    System.arraycopy(tail.get(), 0, bytes, 16 - tail.get().length, tail.get().length);
    return Optional.of(bytes);
  }

  /** Hexadecimal groups between colons; the last may be an IPv4 address. */
  private static Optional<byte[]> groups(String text) {
    if (text.isEmpty()) {
      return Optional.of(new byte[0]);
    }
    String[] parts = text.split(":", -1);
    byte[] bytes = new byte[(parts.length + 1) * 2];
    int at = 0;
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        Optional<byte[]> last = ipv4(parts[i]);
        if (last.isEmpty()) {
          return Optional.empty();
        }
        System.arraycopy(last.get(), 0, bytes, at, 4);
        at += 4;
      } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
        int group = Integer.parseInt(parts[i], 16);
        bytes[at++] = (byte) (group >> 8);
        bytes[at++] = (byte) group;
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(Arrays.copyOf(bytes, at));
  }
}
