package org.postroom.core.policy.service;

import java.time.Duration;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** How policy servers are asked; each may stand with {@code check_policy_service}, too. */
public final class PolicyServiceParams {
  /** What all names begin with, and options leave out. */
  static final String PREFIX = "smtpd_policy_service_";

  private static final ParamSet.Builder SET = ParamSet.named("policy services");

  public static final Param<Duration> TIMEOUT =
      SET.time(
          "smtpd_policy_service_timeout",
          "100s",
          Bounds.atLeast("1s"),
          "How long an answer of a policy server is waited for, with all that comes before it.");

  public static final Param<Duration> MAX_IDLE =
      SET.time(
          "smtpd_policy_service_max_idle",
          "300s",
          Bounds.atLeast("1s"),
          "How long a connection to a policy server is kept that nobody uses.");

  public static final Param<Duration> MAX_TTL =
      SET.time(
          "smtpd_policy_service_max_ttl",
          "1000s",
          Bounds.atLeast("1s"),
          "How long a connection to a policy server is used.");

  public static final Param<Integer> REQUEST_LIMIT =
      SET.integer(
          "smtpd_policy_service_request_limit",
          "0",
          Bounds.atLeast("0"),
          "For how many requests a connection to a policy server is used; 0 for any number.");

  public static final Param<Integer> TRY_LIMIT =
      SET.integer(
          "smtpd_policy_service_try_limit",
          "2",
          Bounds.atLeast("1"),
          "How often a policy server is asked before its default action counts.");

  public static final Param<Duration> RETRY_DELAY =
      SET.time(
          "smtpd_policy_service_retry_delay",
          "1s",
          Bounds.atLeast("1s"),
          "How long a policy server that has not answered is left alone.");

  public static final Param<String> DEFAULT_ACTION =
      SET.text(
          "smtpd_policy_service_default_action",
          "451 4.3.5 Server configuration problem",
          "What counts as the answer of a policy server that gives none: an action of access(5).");

  public static final Param<String> CONTEXT =
      SET.text(
          "smtpd_policy_service_policy_context",
          "",
          """
          What a policy server is told as policy_context, so that it knows for which listener or list
          it is asked.\
          """);

  /** They are part of {@code PolicyParams}. Stays the last line. */
  public static final ParamSet PART = SET.build();

  private PolicyServiceParams() {}
}
