package org.postroom.smtp.client.tlsrpt;

import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Whether other domains are reported to. */
public final class TlsrptParams {
  private static final ParamSet.Builder SET = ParamSet.named("smtp-tlsrpt");

  public static final Param<Boolean> ENABLE =
      SET.bool(
          "smtp_tlsrpt_enable",
          "no",
          """
          Whether domains that ask for it (TLSRPT, RFC 8460) are sent a report each day on how TLS \
          with their mail exchangers went. A connection that is used again counts once.""");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private TlsrptParams() {}
}
