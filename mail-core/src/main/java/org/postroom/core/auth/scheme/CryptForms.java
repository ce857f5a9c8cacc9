package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Md5Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.apache.commons.codec.digest.UnixCrypt;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.postroom.core.auth.Argon2;
import org.postroom.core.auth.Argon2Hash;
import org.postroom.core.config.BadValue;

/** The forms of crypt(3), told apart by how they begin (crypt(5)): one row each. */
final class CryptForms {
  /** Two seconds or so. */
  private static final long MOST_SHA_ROUNDS = 2_000_000;

  /**
   * As crypt(3) takes them. Each round hashes the whole password, some more than once: a long one
   * is looked at for minutes.
   */
  private static final int LONGEST_PASSWORD = 512;

  private static final int MOST_BLOWFISH = 15;

  /** Of Argon2: 19 MiB twice is 38. */
  private static final long MOST_MIB_PASSES = 2048;

  private static final String SALT = "[./0-9A-Za-z]";

  private static final Pattern MD5 =
      Pattern.compile("\\$(?:1|apr1)\\$" + SALT + "{1,8}\\$" + SALT + "{22}");
  private static final Pattern SHA256 =
      Pattern.compile("\\$5\\$(?:rounds=(\\d+)\\$)?" + SALT + "{1,16}\\$" + SALT + "{43}");
  private static final Pattern SHA512 =
      Pattern.compile("\\$6\\$(?:rounds=(\\d+)\\$)?" + SALT + "{1,16}\\$" + SALT + "{86}");
  private static final Pattern BLOWFISH =
      Pattern.compile("\\$2[abxy]\\$(\\d\\d)\\$" + SALT + "{53}");
  private static final Pattern DES = Pattern.compile(SALT + "{13}");

  private record Form(String begin, Maker maker) {}

  private interface Maker {
    Check make(String text, HashLimits limits);
  }

  private static final List<Form> ALL =
      List.of(
          new Form("$1$", (text, limits) -> md5(text)),
          new Form("$apr1$", (text, limits) -> md5(text)),
          new Form("$5$", (text, limits) -> sha2(text, SHA256, Sha2Crypt::sha256Crypt)),
          new Form("$6$", (text, limits) -> sha2(text, SHA512, Sha2Crypt::sha512Crypt)),
          new Form("$2", (text, limits) -> blowfish(text)),
          new Form("$y$", Yescrypt::of),
          new Form("$argon2", CryptForms::argon2));

  private CryptForms() {}

  /** {@link BadValue} for what is none of them, or costs too much. */
  static Check of(String text, HashLimits limits) {
    for (Form form : ALL) {
      if (text.startsWith(form.begin())) {
        return form.maker().make(text, limits);
      }
    }
    if (DES.matcher(text).matches()) {
      return password -> same(UnixCrypt.crypt(password.clone(), text), text);
    }
    throw new BadValue("it is no hash of crypt(3) that is known here");
  }

  private static Check md5(String text) {
    requireForm(MD5, text);
    return password ->
        password.length <= LONGEST_PASSWORD
            && same(
                text.startsWith("$apr1$")
                    ? Md5Crypt.apr1Crypt(password.clone(), text)
                    : Md5Crypt.md5Crypt(password.clone(), text),
                text);
  }

  /** What a library does with a password, which it wipes, and a salt with its rounds. */
  private interface Sha2 {
    String crypt(byte[] password, String salt);
  }

  private static Check sha2(String text, Pattern form, Sha2 library) {
    Matcher matcher = requireForm(form, text);
    if (matcher.group(1) != null) {
      HashLimits.requireRounds("crypt(3)", matcher.group(1), MOST_SHA_ROUNDS);
    }
    return password ->
        password.length <= LONGEST_PASSWORD && same(library.crypt(password.clone(), text), text);
  }

  private static Check blowfish(String text) {
    Matcher matcher = requireForm(BLOWFISH, text);
    int cost = Integer.parseInt(matcher.group(1));
    if (cost < 4 || cost > MOST_BLOWFISH) {
      throw new BadValue("a cost of " + cost + ": expected 4 to " + MOST_BLOWFISH);
    }
    if (text.charAt(2) == 'x') {
      throw new BadValue("$2x$ is of a faulty program; a new password mends it");
    }
    return password -> OpenBSDBCrypt.checkPassword(text, password);
  }

  private static Check argon2(String text, HashLimits limits) {
    Argon2Hash hash =
        Argon2Hash.parse(text).orElseThrow(() -> new BadValue("its form is not Argon2's"));
    Argon2.Cost cost = hash.cost();
    limits.requireMemory("Argon2", cost.memoryKib());
    if ((long) cost.memoryKib() * cost.passes() > MOST_MIB_PASSES * 1024 || cost.lanes() > 64) {
      throw new BadValue(
          "Argon2 of "
              + cost.memoryKib() / 1024
              + " MiB, "
              + cost.passes()
              + " times, in "
              + cost.lanes()
              + " lanes takes too long");
    }
    return password -> limits.with(cost.memoryKib(), () -> hash.matches(password));
  }

  private static Matcher requireForm(Pattern form, String text) {
    Matcher matcher = form.matcher(text);
    if (!matcher.matches()) {
      throw new BadValue("its form is not that of " + text.substring(0, text.indexOf('$', 1) + 1));
    }
    return matcher;
  }

  private static boolean same(String computed, String text) {
    return MessageDigest.isEqual(computed.getBytes(ISO_8859_1), text.getBytes(ISO_8859_1));
  }
}
