package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Who gets a copy of other people's mail. */
final class CopyParams {
  private static final ParamSet.Builder SET = ParamSet.named("copies");

  static final Param<String> ALWAYS =
      SET.text("always_bcc", "", "An address that gets a copy of every mail that comes in.");

  static final Param<List<String>> OF_SENDERS =
      SET.list(
          "sender_bcc_maps",
          "",
          "Tables of senders and the addresses that get a copy of what they send.");

  static final Param<List<String>> OF_RECIPIENTS =
      SET.list(
          "recipient_bcc_maps",
          "",
          "Tables of recipients and the addresses that get a copy of what they are sent.");

  /** Stays the last line: it takes in every parameter declared above. */
  static final ParamSet PART = SET.build();

  private CopyParams() {}
}
