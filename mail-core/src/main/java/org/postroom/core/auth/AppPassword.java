package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.postroom.core.secret.Secret;

/**
 * A password that was made for one client of an account, beside the account's own: it is good for
 * what it was made for, until it is revoked.
 *
 * <p>The secret itself is made here, never chosen: 140 random bits, as seven groups of four letters
 * and digits. So its plain SHA-256 can be kept, and compared at no cost, where a password of
 * somebody's own needs a hash that is slow: nobody can try so many.
 *
 * @param id its identity in the store, which no other has had
 * @param name what its owner calls the client
 * @param scopes what it is good for; never empty
 * @param created when it was made
 * @param lastUsed when somebody last logged in by it, to some minutes; empty before
 */
public record AppPassword(
    long id, String name, Set<Scope> scopes, Instant created, Optional<Instant> lastUsed) {
  /** So many may an account have. */
  public static final int MOST = 100;

  private static final int LONGEST_NAME = 100;
  private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int GROUPS = 7;
  private static final int LENGTH = 4 * GROUPS;

  /** What somebody may log in to. */
  public enum Scope {
    SMTP,
    IMAP,
    POP3;

    /** As it is written. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads several, with commas between them.
     *
     * @throws IllegalArgumentException when they are none
     */
    public static Set<Scope> parse(String text) {
      Set<Scope> scopes = EnumSet.noneOf(Scope.class);
      for (String word : text.split(",", -1)) {
        scopes.add(
            Arrays.stream(values())
                .filter(one -> one.toString().equalsIgnoreCase(word.strip()))
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "\"" + word + "\" is none of smtp, imap and pop3")));
      }
      return scopes;
    }
  }

  /**
   * One that was just made.
   *
   * @param secret what its client logs in with: nobody can say it again
   */
  public record Made(AppPassword password, Secret secret) {}

  public AppPassword {
    scopes = Set.copyOf(scopes);
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("an app password that is good for nothing");
    }
    checkName(name);
  }

  /**
   * Checks a name: a line of 1 to 100 characters.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static void checkName(String name) {
    if (name.isBlank()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "the name of an app password is a line of 1 to " + LONGEST_NAME + " characters");
    }
  }

  /** As they are kept and shown: smtp,imap,pop3, or some of them. */
  public String scopeText() {
    return scopes.stream().sorted().map(Scope::toString).collect(Collectors.joining(","));
  }

  /**
   * A new secret.
   *
   * @param random cryptographically strong
   */
  public static Secret newSecret(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      text.append(i > 0 && i % 4 == 0 ? "-" : "");
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return Secret.of(text.toString());
  }

  /**
   * What is kept of a secret; empty where {@code password} does not look like one, so that nobody
   * need be asked about it. Hyphens, spaces and case do not matter.
   */
  public static Optional<byte[]> hash(Secret password) {
    byte[] octets = password.octets();
    if (octets.length < LENGTH || octets.length > 2 * LENGTH) {
      return Optional.empty();
    }
    StringBuilder plain = new StringBuilder(LENGTH);
    for (byte octet : octets) {
      char letter = Character.toLowerCase((char) (octet & 0xFF));
      if (letter != '-' && letter != ' ') {
        if (LETTERS.indexOf(letter) < 0) {
          return Optional.empty();
        }
        plain.append(letter);
      }
    }
    return plain.length() == LENGTH
        ? Optional.of(sha256(plain.toString().getBytes(US_ASCII)))
        : Optional.empty();
  }

  private static byte[] sha256(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(octets);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
