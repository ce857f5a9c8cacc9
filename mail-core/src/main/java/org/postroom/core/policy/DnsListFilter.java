package org.postroom.core.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.postroom.core.config.BadValue;

/**
 * Which answers of a list in the DNS count: four octets, each a number or a set in brackets, such
 * as {@code 127.0.0.[2..11;14]}.
 *
 * @param octets the values that each may have; none for any answer at all
 */
record DnsListFilter(List<BitSet> octets) {
  static final DnsListFilter ANY = new DnsListFilter(List.of());

  /** {@link BadValue} for what is none. */
  static DnsListFilter parse(String text) {
    List<BitSet> octets = new ArrayList<>();
    int at = 0;
    while (at <= text.length() && octets.size() < 5) {
      boolean set = at < text.length() && text.charAt(at) == '[';
      int end = text.indexOf(set ? ']' : '.', at);
      if (set) {
        if (end < 0 || end + 1 < text.length() && text.charAt(end + 1) != '.') {
          throw bad(text);
        }
        octets.add(values(text.substring(at + 1, end), text));
        at = end + 2;
      } else {
        int stop = end < 0 ? text.length() : end;
        octets.add(values(text.substring(at, stop), text));
        at = stop + 1;
      }
    }
    if (octets.size() != 4) {
      throw bad(text);
    }
    return new DnsListFilter(octets);
  }

  private static BitSet values(String set, String whole) {
    BitSet values = new BitSet();
    for (String part : set.split(";", -1)) {
      String[] ends = part.split("\\.\\.", -1);
      if (ends.length > 2) {
        throw bad(whole);
      }
      int first = octet(ends[0], whole);
      int last = octet(ends[ends.length - 1], whole);
      if (last < first) {
        throw bad(whole);
      }
      values.set(first, last + 1);
    }
    return values;
  }

  private static int octet(String text, String whole) {
    if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > 255) {
      throw bad(whole);
    }
    return Integer.parseInt(text);
  }

  private static BadValue bad(String text) {
    return new BadValue("bad filter for the answers of a list in the DNS: " + text);
  }

  /** Whether this answer counts. */
  boolean passes(InetAddress answer) {
    if (!(answer instanceof Inet4Address)) {
      return false; // RFC 5782, 2.1: lists answer with IPv4 addresses
    }
    byte[] found = answer.getAddress();
    for (int i = 0; i < octets.size(); i++) {
      if (!octets.get(i).get(found[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }
}
