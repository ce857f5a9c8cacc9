package org.postroom.smtp.client.sts;

import static org.postroom.core.config.Bounds.between;

import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Whether policies of other domains are asked for. */
public final class StsParams {
  private static final ParamSet.Builder SET = ParamSet.named("smtp-mta-sts");

  public static final Param<Boolean> ENABLE =
      SET.bool(
          "smtp_mta_sts_enable",
          "no",
          """
          Whether policies of MTA-STS (RFC 8461) are asked for, by HTTPS, and obeyed: mail for a \
          domain with one goes only to mail exchangers that it names and that have a valid \
          certificate. Not asked for where smtp_tls_policy_maps have something for the next hop, \
          nor where it stands in brackets.""");

  static final Param<Integer> PORT =
      SET.integer(
          "smtp_mta_sts_port",
          "443",
          between("1", "65535"),
          """
          Where servers of policies listen: 443, but in tests, and behind what changes ports.""");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private StsParams() {}
}
