package org.postroom.core.auth;

import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.secret.Secret;

/** What comes of a client's response. Trouble of the store is an exception, never a failure. */
public sealed interface SaslStep {

  /** The exchange goes on: these octets go to the client, who answers. */
  final class Challenge implements SaslStep {
    private final byte[] octets;

    Challenge(byte[] octets) {
      this.octets = octets;
    }

    /** What to send; may be empty. */
    public byte[] octets() {
      return octets.clone();
    }
  }

  /**
   * The client has shown what it knows, and nobody has looked whether that is right. Who may look
   * asks {@link #recall} first, then {@link #judge}; it is then closed, which wipes the password.
   */
  final class Attempt implements SaslStep, AutoCloseable {
    private final String login;
    private final Optional<Secret> password;
    private final boolean withToken;
    private final Supplier<Optional<SaslStep>> recall;
    private final Supplier<SaslStep> judge;

    /**
     * An attempt with a password.
     *
     * @param recall gives a success that costs nothing, from memory
     * @param judge decides, at the cost of a hash
     */
    Attempt(
        String login,
        Secret password,
        Supplier<Optional<SaslStep>> recall,
        Supplier<SaslStep> judge) {
      this(login, Optional.of(password), false, recall, judge);
    }

    /** An attempt that shows no password and costs little. */
    Attempt(String login, Supplier<SaslStep> judge) {
      this(login, Optional.empty(), false, () -> Optional.of(judge.get()), judge);
    }

    private Attempt(
        String login,
        Optional<Secret> password,
        boolean withToken,
        Supplier<Optional<SaslStep>> recall,
        Supplier<SaslStep> judge) {
      this.login = login;
      this.password = password;
      this.withToken = withToken;
      this.recall = recall;
      this.judge = judge;
    }

    /**
     * An attempt with a token.
     *
     * @param login empty where only the token says it
     * @param recall decides, where nobody has to be asked for that
     * @param judge decides, and may wait for who is asked
     */
    static Attempt withToken(
        String login, Secret token, Supplier<Optional<SaslStep>> recall, Supplier<SaslStep> judge) {
      return new Attempt(login, Optional.of(token), true, recall, judge);
    }

    /** Who it says it is. */
    public String login() {
      return login;
    }

    /** The password or token that it says, where the mechanism sends that. */
    public Optional<Secret> password() {
      return password;
    }

    /** Whether somebody else may have to be asked about it, and nothing is hashed. */
    public boolean isWithToken() {
      return withToken;
    }

    /** What comes of it, where that can be said without hashing, and without asking anybody. */
    public Optional<SaslStep> recall() {
      return recall.get();
    }

    /**
     * What comes of it: no {@code Attempt} again. Hashes, where there is a password; waits for who
     * is asked, where there is a token.
     */
    public SaslStep judge() {
      return judge.get();
    }

    @Override
    public void close() {
      password.ifPresent(Secret::close);
    }
  }

  /**
   * It is who it says. All data of the mechanism has been sent as challenges before.
   *
   * @param by the app password that it has shown, else empty
   */
  record Success(Account account, Optional<AppPassword> by) implements SaslStep {

    /** By what the account itself logs in with. */
    public Success(Account account) {
      this(account, Optional.empty());
    }

    /**
     * What it comes to where somebody logs in to {@code what}.
     *
     * @param login who it said to be
     */
    public SaslStep at(AppPassword.Scope what, String login) {
      return by.filter(one -> !one.scopes().contains(what))
          .<SaslStep>map(
              one ->
                  new Failure(
                      Kind.REFUSED,
                      Optional.of(login),
                      "the app password \"" + one.name() + "\" is not for " + what,
                      Optional.empty()))
          .orElse(this);
    }
  }

  /**
   * It is over without success.
   *
   * @param login who it said to be, as far as that was understood: for log and throttle
   * @param why more of it for the log; may be empty
   * @param told what the mechanism has the client be told before: a challenge, to which it may
   *     answer what it likes
   */
  record Failure(Kind kind, Optional<String> login, String why, Optional<String> told)
      implements SaslStep {

    /** One that needs no words. */
    Failure(Kind kind, Optional<String> login) {
      this(kind, login, "", Optional.empty());
    }
  }

  /** Why an exchange failed. */
  enum Kind {
    /** The client does not keep to the mechanism. */
    MALFORMED,
    /** Unknown, or the wrong password or token: not said which. */
    REFUSED,
    /** The password or token is right, but it wants to act as somebody else. */
    NOT_AUTHORIZED,
    /** The password is right, but the account may not log in. */
    DISABLED
  }
}
