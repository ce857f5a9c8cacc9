package org.postroom.core.auth.source;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;

/**
 * A person from the fields that Dovecot knows of one, which files write behind the shell, and
 * databases give as columns. What would let in fewer people, and is not obeyed, lets in nobody.
 *
 * @param usual the scheme of a password that names none
 */
record PersonFields(String usual, HashLimits limits) {
  private static final Set<String> FLAGS = Set.of("nologin", "noauthenticate");

  /** Those of {@link #LOCKING} that a value can take back. */
  private static final Set<String> YES_OR_NO = Set.of("nopassword", "proxy", "proxy_maybe");

  /** In any case; as files and databases write it, of which PostgreSQL has {@code f}. */
  private static final Set<String> NO = Set.of("", "no", "n", "0", "false", "f", "off");

  /** Each says who may come in, or how, in a way that is not checked here. */
  private static final Set<String> LOCKING =
      Set.of(
          "allow_nets",
          "allow_real_nets",
          "nopassword",
          "proxy",
          "proxy_maybe",
          "host",
          "login_user",
          "master_user",
          "delay_until");

  /** Where mail would lie, and as whom it would be written: here it is in the store. */
  private static final Set<String> WITHOUT_MEANING =
      Set.of(
          "uid",
          "gid",
          "home",
          "mail",
          "chroot",
          "nodelay",
          "system_groups_user",
          "mail_path",
          "mail_driver",
          "password",
          "user",
          "username",
          "domain",
          "gecos",
          "shell");

  private static final Pattern RULE =
      Pattern.compile(
          "\\*:(?:storage=(?<storage>\\d+)(?<unit>[bBkKmMgGtT]?)|bytes=(?<bytes>\\d+))");
  private static final Pattern SIZE = Pattern.compile("(?<storage>\\d+)(?<unit>[bBkKmMgGtT]?)");

  /**
   * The person.
   *
   * @param name what he is called, which is what the mail is kept under where no field says
   *     otherwise
   * @param warnings hears what cannot be obeyed, without any password
   */
  Person person(
      String name, Optional<String> password, Map<String, String> fields, List<String> warnings) {
    String login = login(name, fields);
    Person person = Person.of(login, proof(login, password, warnings));
    for (Map.Entry<String, String> field : fields.entrySet()) {
      String key = plain(field.getKey());
      if (FLAGS.contains(key)) {
        person = isNo(field.getValue()) ? person : person.withLogIn(false);
      } else if (LOCKING.contains(key)) {
        if (!YES_OR_NO.contains(key) || !isNo(field.getValue())) {
          warnings.add(key + " is not obeyed, so " + login + " cannot log in");
          person = person.withLogIn(false);
        }
      } else if (key.equals("quota_rule") || key.equals("quota_storage_size")) {
        Optional<Long> octets = octets(key.equals("quota_rule") ? RULE : SIZE, field.getValue());
        if (octets.isEmpty()) {
          warnings.add(login + ": " + key + " is not obeyed: " + field.getValue());
        } else {
          person = person.withQuota(octets.get());
        }
      } else if (!WITHOUT_MEANING.contains(key)) {
        warnings.add(login + ": " + field.getKey() + " is not obeyed");
      }
    }
    return person;
  }

  /**
   * {@code user} is another name as a whole; {@code username} is one in the same domain, unless it
   * says another; {@code domain} is another domain. So two who are called alike in two domains stay
   * two.
   */
  private static String login(String name, Map<String, String> fields) {
    String login = fields.getOrDefault("user", "");
    if (login.isEmpty()) {
      String username = fields.getOrDefault("username", "");
      int at = name.lastIndexOf('@');
      boolean inDomain = at >= 0 && username.indexOf('@') < 0;
      login = username.isEmpty() ? name : username + (inDomain ? name.substring(at) : "");
    }
    String domain = fields.getOrDefault("domain", "");
    int at = login.lastIndexOf('@');
    return domain.isEmpty() ? login : (at < 0 ? login : login.substring(0, at)) + "@" + domain;
  }

  private static String plain(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return lower.startsWith("userdb_") ? lower.substring("userdb_".length()) : lower;
  }

  private static boolean isNo(String value) {
    return NO.contains(value.strip().toLowerCase(Locale.ROOT));
  }

  /** What {@code password} is the stored form of; none where it is locked, or cannot be used. */
  Proof proof(String login, Optional<String> password, List<String> warnings) {
    if (password.isEmpty() || isLocked(password.get())) {
      return Proof.NONE;
    }
    try {
      return StoredPassword.parse(password.get(), usual, limits);
    } catch (BadValue e) {
      warnings.add("the password of " + login + " cannot be used: " + e.reason());
      return Proof.NONE;
    }
  }

  /** Nothing, or what no password can come to: passwd(5), shadow(5). */
  private static boolean isLocked(String password) {
    return password.isEmpty() || password.startsWith("!") || password.startsWith("*");
  }

  private static Optional<Long> octets(Pattern form, String value) {
    Matcher matcher = form.matcher(value);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean plain = form == RULE && matcher.group("bytes") != null;
    String number = plain ? matcher.group("bytes") : matcher.group("storage");
    if (number.length() > 12) {
      return Optional.empty();
    }
    String unit = plain ? "b" : matcher.group("unit").toLowerCase(Locale.ROOT);
    int shift =
        switch (unit) {
          case "b" -> 0;
          case "m" -> 20;
          case "g" -> 30;
          case "t" -> 40;
          case "k" -> 10;
          default -> form == RULE ? 10 : 0;
        };
    long octets = Long.parseLong(number);
    return octets > Long.MAX_VALUE >> shift ? Optional.empty() : Optional.of(octets << shift);
  }
}
