package org.postroom.core.auth.scheme;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.auth.ScramProof;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;

/**
 * A password as a file or a database keeps it: {@code {SCHEME}data} or {@code {SCHEME.HEX}data}, or
 * the data of a scheme that is known anyway. Two that were written alike are equal: what matched
 * one matches the other.
 */
public final class StoredPassword implements ScramProof {
  /** crypt(3) in all its forms. */
  public static final String CRYPT = "CRYPT";

  private static final Pattern WITH_SCHEME =
      Pattern.compile("\\{([A-Za-z0-9-]+)(?:\\.([A-Za-z0-9]+))?\\}(.*)", Pattern.DOTALL);

  private final Scheme scheme;
  private final String text;
  private final Check check;

  StoredPassword(Scheme scheme, String text, Check check) {
    this.scheme = scheme;
    this.text = text;
    this.check = check;
  }

  /**
   * Reads one.
   *
   * @param usual the scheme of what names none
   * @throws BadValue with what is wrong with it, for people; never the data
   */
  public static StoredPassword parse(String text, String usual, HashLimits limits) {
    Matcher matcher = WITH_SCHEME.matcher(text);
    boolean says = matcher.matches();
    Scheme scheme = Scheme.named(says ? matcher.group(1) : usual);
    String encoding = says ? matcher.group(2) : null;
    String data = says ? matcher.group(3) : text;
    return new StoredPassword(
        scheme,
        "{" + scheme.name() + (encoding == null ? "" : "." + encoding) + "}" + data,
        encoding == null
            ? scheme.check(data, limits)
            : scheme.check(Encoding.named(encoding).decode(data), limits));
  }

  /** {@link BadValue} where there is no such scheme. */
  public static void requireScheme(String name) {
    Scheme unused = Scheme.named(name);
  }

  @Override
  public boolean matches(Secret password) {
    try {
      return check.matches(password.octets());
    } catch (IllegalArgumentException e) {
      // A library's words on what it cannot use have the hash in them, and this goes to the log.
      throw new IllegalStateException(
          "a stored password of " + scheme.name() + " cannot be used: " + e.getClass().getName());
    }
  }

  @Override
  public Optional<ScramKeys> scramKeys() {
    return check.scramKeys();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredPassword one && one.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The scheme alone. */
  @Override
  public String toString() {
    return "{" + scheme.name().toUpperCase(Locale.ROOT) + "}***";
  }
}
