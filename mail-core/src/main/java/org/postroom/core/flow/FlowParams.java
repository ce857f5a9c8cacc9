package org.postroom.core.flow;

import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Where mail goes that is not for us. */
public final class FlowParams {
  private static final ParamSet.Builder SET = ParamSet.named("flow");

  public static final Param<String> RELAYHOST =
      SET.text(
          "relayhost",
          "",
          "The next hop of all mail that leaves: host, host:port, [host] or [host]:port; in brackets"
              + " without looking up MX records. Empty sends to the recipient's own mail exchangers.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private FlowParams() {}
}
