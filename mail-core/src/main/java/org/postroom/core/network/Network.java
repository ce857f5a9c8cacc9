package org.postroom.core.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;

/** A block of IP addresses: {@code 192.0.2.0/24} or {@code [2001:db8::]/32}. */
public record Network(InetAddress address, int prefix) {

  private static final int IPV4 = 32;

  /** So many bits say that an IPv4 address follows (RFC 4291, 2.5.5.2). */
  private static final int MAPPED = 96;

  /** {@link MalformedAddress}, with the block that was probably meant, if host bits are set. */
  public Network {
    byte[] bytes = address.getAddress();
    if (prefix < 0 || prefix > bytes.length * 8) {
      throw new MalformedAddress("a prefix is from 0 to " + bytes.length * 8 + ": " + prefix);
    }
    InetAddress base = address(masked(bytes, prefix));
    if (!base.equals(address)) {
      throw new MalformedAddress(
          "non-null host address bits in \""
              + written(address, prefix)
              + "\", perhaps you should use \""
              + written(base, prefix)
              + "\" instead");
    }
  }

  /** The one address. */
  public static Network of(InetAddress address) {
    return new Network(address, address.getAddress().length * 8);
  }

  /** The block that an address lies in. */
  public static Network around(InetAddress address, int prefix) {
    return new Network(address(masked(address.getAddress(), prefix)), prefix);
  }

  /**
   * {@link MalformedAddress} for what is none; a single address is a block of one. A block of
   * mapped IPv4 addresses ({@code [::ffff:127.0.0.0]/104}) is the block of IPv4.
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    String bare = slash < 0 ? text : text.substring(0, slash);
    if (bare.startsWith("[") && bare.endsWith("]")) {
      bare = bare.substring(1, bare.length() - 1);
    }
    InetAddress address =
        IpLiteral.parse(bare)
            .orElseThrow(() -> new MalformedAddress("not an address block: " + text));
    if (slash < 0) {
      return of(address);
    }
    String prefix = text.substring(slash + 1);
    if (!prefix.matches("[0-9]{1,3}")) {
      throw new MalformedAddress("not an address block: " + text);
    }
    int bits = Integer.parseInt(prefix);
    boolean mapped = bare.indexOf(':') >= 0 && address.getAddress().length * 8 == IPV4;
    if (mapped && bits < MAPPED) {
      throw new MalformedAddress("not an address block: " + text);
    }
    return new Network(address, mapped ? bits - MAPPED : bits);
  }

  /** A mapped IPv4 address counts as the IPv4 address. */
  public boolean contains(InetAddress other) {
    byte[] bytes = other.getAddress();
    byte[] base = address.getAddress();
    int from = isMapped(bytes) ? MAPPED / 8 : 0;
    if (bytes.length - from != base.length) {
      return false;
    }
    int whole = prefix / 8;
    for (int i = 0; i < whole; i++) {
      if (bytes[from + i] != base[i]) {
        return false;
      }
    }
    return whole == base.length
        || ((bytes[from + whole] ^ base[whole]) & 0xFF) >> (8 - prefix % 8) == 0;
  }

  private static boolean isMapped(byte[] bytes) {
    if (bytes.length * 8 == IPV4) {
      return false;
    }
    int at = 0;
    while (at < MAPPED / 8 && bytes[at] == (at < MAPPED / 8 - 2 ? 0 : (byte) 0xFF)) {
      at++;
    }
    return at == MAPPED / 8;
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("neither 4 nor 16 bytes", e);
    }
  }

  private static byte[] masked(byte[] bytes, int prefix) {
    byte[] result = bytes.clone();
    for (int i = 0; i < result.length; i++) {
      int bits = Math.max(0, Math.min(8, prefix - i * 8));
      result[i] &= (byte) (0xFF00 >> bits);
    }
    return result;
  }

  private static String written(InetAddress address, int prefix) {
    String host = address.getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + "/" + prefix;
  }

  @Override
  public String toString() {
    return written(address, prefix);
  }
}
