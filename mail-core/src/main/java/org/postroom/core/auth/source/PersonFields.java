package org.postroom.core.auth.source;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaText;

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

  /** What says how much somebody may keep, by Dovecot's names. */
  private static final Set<String> QUOTA =
      Set.of("quota_rule", "quota_storage_size", "quota_message_count");

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
      } else if (QUOTA.contains(key)) {
        Quota before = person.quota().orElse(Quota.NONE);
        try {
          person = person.withQuota(quota(key, field.getValue()).or(before));
        } catch (BadValue e) {
          warnings.add(login + ": " + key + " is not obeyed: " + field.getValue());
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

  /** What one of {@link #QUOTA} says: 0 is without limit. */
  private static Quota quota(String key, String value) {
    return switch (key) {
      case "quota_rule" -> {
        if (!value.startsWith("*:")) {
          throw new BadValue("a rule for *, not " + value);
        }
        yield QuotaText.parse(value.substring(2));
      }
      case "quota_storage_size" -> QuotaText.parse("storage=" + QuotaText.octets(value) + "B");
      default -> QuotaText.parse("messages=" + value);
    };
  }
}
