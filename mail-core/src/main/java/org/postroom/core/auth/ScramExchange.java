package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, 7677) without channel binding. The server's proof
 * goes out as a last challenge, which the client answers with nothing: neither SMTP nor POP3 nor
 * IMAP can send data along with success. An unknown name gets keys like any other, and fails at the
 * proof.
 */
final class ScramExchange implements SaslExchange {
  private static final int NONCE_OCTETS = 18;

  // gs2-cbind-flag "," [authzid] "," "n=" saslname "," "r=" nonce ["," extensions]
  private static final Pattern FIRST =
      Pattern.compile(
          "(?<gs2>[ny],(?:a=(?<authzid>[^,\\x00]+))?,)"
              + "(?<bare>n=(?<name>[^,\\x00]+),r=(?<nonce>[\\x21-\\x2b\\x2d-\\x7e]+)(?:,.*)?)",
          Pattern.DOTALL);
  private static final Pattern FINAL =
      Pattern.compile(
          "(?<rest>c=(?<binding>[A-Za-z0-9+/=]+),r=(?<nonce>[\\x21-\\x2b\\x2d-\\x7e]+)(?:,[A-Za-z]=[^,]*)*)"
              + ",p=(?<proof>[A-Za-z0-9+/=]+)");

  private final Accounts accounts;
  private final RandomGenerator random;
  private @Nullable Asked asked;
  private @Nullable Account proven;

  ScramExchange(Accounts accounts, RandomGenerator random) {
    this.accounts = accounts;
    this.random = random;
  }

  @Override
  public SaslStep begin(Optional<byte[]> initial) {
    return initial.map(this::step).orElseGet(() -> new SaslStep.Challenge(new byte[0]));
  }

  @Override
  public SaslStep step(byte[] response) {
    if (proven != null) {
      return response.length == 0 ? new SaslStep.Success(proven) : PasswordCheck.malformed();
    }
    Optional<String> text = PasswordCheck.text(response, 0, response.length);
    if (text.isEmpty()) {
      return PasswordCheck.malformed();
    }
    return asked == null ? first(text.get()) : last(asked, text.get());
  }

  private SaslStep first(String message) {
    Matcher matcher = FIRST.matcher(message);
    if (!matcher.matches()) {
      return PasswordCheck.malformed();
    }
    Optional<String> login = SaslName.unescaped(matcher.group("name"));
    String given = matcher.group("authzid");
    Optional<String> authzid = given == null ? login : SaslName.unescaped(given);
    if (login.isEmpty() || authzid.isEmpty()) {
      return PasswordCheck.malformed();
    }
    byte[] octets = new byte[NONCE_OCTETS];
    random.nextBytes(octets);
    String nonce = matcher.group("nonce") + Base64.getEncoder().encodeToString(octets);
    ScramKeys keys = accounts.scramKeys(login.get());
    String challenge =
        "r="
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(keys.salt())
            + ",i="
            + keys.iterations();
    asked =
        new Asked(
            login.get(),
            authzid.get(),
            matcher.group("gs2"),
            nonce,
            matcher.group("bare") + "," + challenge,
            keys);
    return new SaslStep.Challenge(challenge.getBytes(US_ASCII));
  }

  private SaslStep last(Asked before, String message) {
    Matcher matcher = FINAL.matcher(message);
    if (!matcher.matches()) {
      return PasswordCheck.malformed();
    }
    String binding = Base64.getEncoder().encodeToString(before.gs2.getBytes(UTF_8));
    Optional<byte[]> proof = decoded(matcher.group("proof"));
    if (!matcher.group("binding").equals(binding)
        || !matcher.group("nonce").equals(before.nonce)
        || proof.isEmpty()
        || proof.get().length != before.keys.storedKey().length) {
      return PasswordCheck.failed(SaslStep.Kind.MALFORMED, before.login);
    }
    byte[] signed = (before.messages + "," + matcher.group("rest")).getBytes(UTF_8);
    return new SaslStep.Attempt(before.login, () -> judge(before, signed, proof.get()));
  }

  /** One hash: what makes SCRAM slow has been done when the password was set, and by the client. */
  private SaslStep judge(Asked before, byte[] signed, byte[] proof) {
    byte[] clientKey = ScramKeys.hmac(before.keys.storedKey(), signed);
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= proof[i];
    }
    boolean right = MessageDigest.isEqual(ScramKeys.sha256(clientKey), before.keys.storedKey());
    Optional<Account> account = accounts.byLogin(accounts.meant(before.login));
    if (!right || account.isEmpty()) {
      return PasswordCheck.failed(SaslStep.Kind.REFUSED, before.login);
    }
    if (!account.get().enabled()) {
      return PasswordCheck.failed(SaslStep.Kind.DISABLED, before.login);
    }
    if (!before.authzid.equalsIgnoreCase(before.login)) {
      return PasswordCheck.failed(SaslStep.Kind.NOT_AUTHORIZED, before.login);
    }
    proven = account.get();
    byte[] signature = ScramKeys.hmac(before.keys.serverKey(), signed);
    String end = "v=" + Base64.getEncoder().encodeToString(signature);
    return new SaslStep.Challenge(end.getBytes(US_ASCII));
  }

  private static Optional<byte[]> decoded(String base64) {
    try {
      return Optional.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private record Asked(
      String login, String authzid, String gs2, String nonce, String messages, ScramKeys keys) {}
}
