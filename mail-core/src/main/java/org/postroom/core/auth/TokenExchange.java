package org.postroom.core.auth;

import java.util.Optional;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.secret.Secret;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2: one message with a token. Where that is no good the client is
 * told so as a challenge, whose answer counts for nothing.
 */
final class TokenExchange implements SaslExchange {
  private final Accounts accounts;
  private final TokenCheck tokens;
  private final TokenForm form;

  TokenExchange(Accounts accounts, TokenCheck tokens, TokenForm form) {
    this.accounts = accounts;
    this.tokens = tokens;
    this.form = form;
  }

  @Override
  public SaslStep begin(Optional<byte[]> initial) {
    return initial.map(this::step).orElseGet(() -> new SaslStep.Challenge(new byte[0]));
  }

  @Override
  public SaslStep step(byte[] response) {
    Optional<TokenForm.Brought> brought = form.parse(response);
    if (brought.isEmpty()) {
      return PasswordCheck.malformed();
    }
    String user = brought.get().user();
    Secret token = brought.get().token();
    if (token.octets().length == 0) {
      return failed(SaslStep.Kind.REFUSED, user, false, "it has no token");
    }
    return SaslStep.Attempt.withToken(
        user,
        token,
        () -> tokens.recall(token).map(verdict -> result(verdict, user)),
        () -> result(tokens.check(token), user));
  }

  private SaslStep result(TokenVerdict verdict, String user) {
    if (verdict instanceof TokenVerdict.Refused refused) {
      return failed(SaslStep.Kind.REFUSED, user, false, refused.why());
    }
    if (verdict instanceof TokenVerdict.TooNarrow narrow) {
      return failed(SaslStep.Kind.REFUSED, user, true, narrow.why());
    }
    String typed = ((TokenVerdict.Accepted) verdict).login();
    String login = accounts.meant(typed);
    if (!user.isEmpty() && !accounts.meant(user).equals(login)) {
      return failed(SaslStep.Kind.NOT_AUTHORIZED, user, false, "the token is of " + typed);
    }
    Optional<Account> account = accounts.byLogin(login);
    if (account.isEmpty()) {
      return failed(SaslStep.Kind.REFUSED, typed, false, "no such account");
    }
    return account.get().enabled()
        ? new SaslStep.Success(account.get())
        : failed(SaslStep.Kind.DISABLED, typed, false, "");
  }

  private SaslStep failed(SaslStep.Kind kind, String login, boolean tooNarrow, String why) {
    return new SaslStep.Failure(
        kind, Optional.of(login), why, Optional.of(form.failure(tooNarrow, tokens)));
  }
}
