package org.postroom.core.srs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.secret.Secret;

/**
 * The arithmetic of the Sender Rewriting Scheme, in the form that forwarders have in common: {@code
 * SRS0=HHH=TT=domain=local@ours} stands for {@code local@domain}, with a signature and a day, so
 * that nobody else can have us send mail there. What another forwarder has written so becomes
 * {@code SRS1=HHH=forwarder==rest@ours}, which leads to him and never grows beyond that.
 *
 * <p>Others may change the case of a local part on its way, so none of it is told apart. Immutable.
 */
final class Srs {
  private static final String ALGORITHM = "HmacSHA1";
  private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  /** Two digits of five bits each. */
  private static final int DAYS = 1024;

  private static final int TAG = "SRS0".length();

  private final Domain domain;
  private final List<Secret> secrets;
  private final int hashLength;
  private final long maxAge;

  /**
   * For a domain.
   *
   * @param secrets the first of which signs, and all of which are good; at least one
   * @param hashLength characters of a signature, 27 at most
   * @param maxAge of which the whole days count
   */
  Srs(Domain domain, List<Secret> secrets, int hashLength, Duration maxAge) {
    this.domain = domain;
    this.secrets = List.copyOf(secrets);
    this.hashLength = hashLength;
    this.maxAge = maxAge.toDays();
  }

  /** As whom a sender stands on mail that is forwarded now. */
  Address forward(Address sender, Instant now) {
    String local = sender.localPart();
    if (isTagged(local, '0')) {
      return guarded(sender.domain().name(), local.substring(TAG));
    }
    if (isTagged(local, '1')) {
      String[] parts = local.substring(TAG + 1).split("=", 3);
      if (parts.length == 3 && isSeparated(parts[2]) && Domain.parse(parts[1]).isPresent()) {
        return guarded(parts[1], parts[2]);
      }
    }
    String day = day(now);
    String from = sender.domain().name();
    String hash = hash(secrets.get(0), day + from + local);
    return Address.of("SRS0=" + hash + "=" + day + "=" + from + "=" + local, domain);
  }

  /**
   * Of what another has written already.
   *
   * @param host who
   * @param rest what stands behind SRS0, from its first separator on
   */
  private Address guarded(String host, String rest) {
    return Address.of(
        "SRS1=" + hash(secrets.get(0), host + rest) + "=" + host + "=" + rest, domain);
  }

  /** Whether an address is one that mail was forwarded as, or looks like one. */
  boolean isForwarded(Address address) {
    return address.domain().equals(domain)
        && (isTagged(address.localPart(), '0') || isTagged(address.localPart(), '1'));
  }

  /**
   * Whom an address stands for that {@linkplain #isForwarded looks like it}.
   *
   * @throws NotOurs when we have not written it, or not of late
   */
  Address reverse(Address address, Instant now) {
    String local = address.localPart();
    String said = local.substring(TAG + 1);
    try {
      return isTagged(local, '0') ? reverse0(said, now) : reverse1(said);
    } catch (MalformedAddress e) {
      throw new NotOurs("malformed");
    }
  }

  private Address reverse0(String said, Instant now) {
    String[] parts = said.split("=", 4);
    if (parts.length < 4) {
      throw new NotOurs("malformed");
    }
    check(parts[0], parts[1] + parts[2] + parts[3]);
    if (isOld(parts[1], now)) {
      throw new NotOurs("expired");
    }
    return Address.of(parts[3], Domain.of(parts[2]));
  }

  private Address reverse1(String said) {
    String[] parts = said.split("=", 3);
    if (parts.length < 3 || !isSeparated(parts[2])) {
      throw new NotOurs("malformed");
    }
    check(parts[0], parts[1] + parts[2]);
    return Address.of("SRS0" + parts[2], Domain.of(parts[1]));
  }

  private void check(String hash, String signed) {
    // All of them, whichever is the right one: how long it takes says nothing.
    boolean good = false;
    for (Secret secret : secrets) {
      String own = hash(secret, signed, Math.max(hashLength, hash.length()));
      good |= MessageDigest.isEqual(lower(own).getBytes(UTF_8), lower(hash).getBytes(UTF_8));
    }
    if (!good) {
      throw new NotOurs("wrong signature");
    }
  }

  private String hash(Secret secret, String signed) {
    return hash(secret, signed, hashLength);
  }

  private static String hash(Secret secret, String signed, int length) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.octets(), ALGORITHM));
      String whole =
          Base64.getEncoder()
              .withoutPadding()
              .encodeToString(mac.doFinal(lower(signed).getBytes(UTF_8)));
      return whole.substring(0, Math.min(length, whole.length()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is in every Java", e);
    }
  }

  private static String day(Instant now) {
    int day = today(now);
    return "" + DIGITS.charAt(day / DIGITS.length()) + DIGITS.charAt(day % DIGITS.length());
  }

  private static int today(Instant now) {
    return (int) Math.floorMod(Math.floorDiv(now.getEpochSecond(), 86_400L), (long) DAYS);
  }

  /** A day that is to come is another node's, whose clock is ahead of ours at midnight. */
  private boolean isOld(String day, Instant now) {
    String upper = day.toUpperCase(Locale.ROOT);
    int high = upper.length() == 2 ? DIGITS.indexOf(upper.charAt(0)) : -1;
    int low = upper.length() == 2 ? DIGITS.indexOf(upper.charAt(1)) : -1;
    if (high < 0 || low < 0) {
      throw new NotOurs("malformed");
    }
    int age = Math.floorMod(today(now) - (high * DIGITS.length() + low), DAYS);
    return age > maxAge && age != DAYS - 1;
  }

  private static boolean isTagged(String local, char kind) {
    return local.length() > TAG
        && local.regionMatches(true, 0, "SRS", 0, 3)
        && local.charAt(3) == kind
        && isSeparator(local.charAt(TAG));
  }

  /** Whether it may stand behind SRS0. */
  private static boolean isSeparated(String rest) {
    return !rest.isEmpty() && isSeparator(rest.charAt(0));
  }

  private static boolean isSeparator(char c) {
    return c == '=' || c == '+' || c == '-';
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
