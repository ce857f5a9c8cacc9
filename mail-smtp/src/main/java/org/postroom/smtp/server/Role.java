package org.postroom.smtp.server;

import java.util.List;
import java.util.Optional;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;

/** What a listener is for, which is a set of defaults. */
public enum Role {
  /** Other servers bring mail for us (RFC 5321). */
  MX(new Door("smtp", 25, false), false),
  /** Our users hand in mail (RFC 6409). */
  SUBMISSION(new Door("submission", 587, false), true),
  /** The same, TLS from the first octet (RFC 8314, 3.3). */
  SUBMISSIONS(new Door("submissions", 465, true), true),
  /** The same as submission, where 587 is shut. */
  ALTERNATIVE(new Door("alternative", 2525, false), true),
  /** A server that we know brings mail for mailboxes here (RFC 2033). */
  LMTP(new Door("lmtp", 24, false), false);

  @SuppressWarnings("ImmutableEnumChecker") // a name, a number and a flag
  private final Door door;

  private static final String YES = "yes";

  private final boolean submission;

  Role(Door door, boolean submission) {
    this.door = door;
    this.submission = submission;
  }

  /** What is listened for in this role. */
  public Door door() {
    return door;
  }

  /** The role that a door is for. */
  public static Optional<Role> of(Door door) {
    for (Role role : values()) {
      if (role.door.equals(door)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  /** For log lines and metrics. */
  public String service() {
    return door.name();
  }

  /**
   * The settings of a listener in this role: users who hand in mail must authenticate, under TLS,
   * and use a sender that is theirs, unless somebody has said otherwise.
   *
   * @param settings of the server
   */
  public Settings over(Settings settings) {
    if (!submission) {
      return settings;
    }
    Settings.Builder builder = settings.over();
    for (Param<Boolean> param :
        List.of(SmtpParams.SUBMISSION, SmtpParams.SASL_ENABLE, SmtpParams.TLS_AUTH_ONLY)) {
      builder.preset(param, YES);
    }
    if (door.implicitTls()) {
      builder.preset(SmtpParams.TLS_WRAPPERMODE, YES);
    }
    return builder.build();
  }
}
