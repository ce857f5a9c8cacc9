package org.postroom.core.people;

import java.net.URI;
import java.util.Optional;
import org.postroom.core.secret.Secret;

/**
 * Knows whose a bearer token (RFC 6750) is. Whoever it is has to have an account here as well, and
 * to be allowed to log in: that is not its business. Threads share it.
 *
 * <p>An application's own is handed to {@code ServerBuilder.tokens}:
 *
 * <pre>{@code
 * server.tokens(token -> grants.of(token.reveal())
 *     .<TokenVerdict>map(grant -> new TokenVerdict.Accepted(grant.address()))
 *     .orElse(new TokenVerdict.Refused("unknown")));
 * }</pre>
 */
@FunctionalInterface
public interface TokenCheck {

  /**
   * Looks at a token. On one of the few threads that do; may wait for somebody who is asked, some
   * seconds at most.
   *
   * @param token what a stranger has sent: visible ASCII, of some thousand octets at most
   * @throws org.postroom.core.refusal.LookupUnavailable when that cannot be said now: a temporary
   *     error to the client, never a wrong token
   */
  TokenVerdict check(Secret token);

  /**
   * What {@link #check} would say, where that is known without asking anybody; may throw the same.
   */
  default Optional<TokenVerdict> recall(Secret token) {
    return Optional.empty();
  }

  /** What a token must be good for, as clients are told who have brought another one. */
  default String scope() {
    return "";
  }

  /** Where clients can read how to get one. */
  default Optional<URI> configuration() {
    return Optional.empty();
  }
}
