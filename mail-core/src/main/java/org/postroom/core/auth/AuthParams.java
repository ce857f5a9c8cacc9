package org.postroom.core.auth;

import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** What every protocol that lets readers of mail log in obeys, by Dovecot's names. */
public final class AuthParams {
  private static final ParamSet.Builder SET = ParamSet.named("auth");

  public static final Param<Boolean> DISABLE_PLAINTEXT_AUTH =
      SET.bool(
          "disable_plaintext_auth",
          "yes",
          "Whether passwords need TLS, except from this machine itself.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private AuthParams() {}
}
