package org.postroom.dist.auth;

import java.util.List;
import java.util.stream.Collectors;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.network.Network;

/** Who may have clients of theirs log in here. */
public final class AuthServerParams {
  private static final ParamSet.Builder SET = ParamSet.named("auth-server");

  static final Param<List<Network>> SERVERS =
      SET.value(
          "auth_server_networks",
          "127.0.0.0/8 [::1]/128",
          "addresses and blocks of addresses, such as 192.0.2.0/24 and 2001:db8::/32",
          AuthParams::networks,
          networks -> networks.stream().map(Network::toString).collect(Collectors.joining(" ")),
          """
          From where servers may have their clients log in at the listener auth. They are believed \
          who their clients are, and passwords cross to here in clear: nobody else may be in these \
          networks. At a socket in the file system, its own rights say who may.""");

  static final Param<Integer> MAX_SESSIONS =
      SET.integer(
          "auth_max_sessions",
          "1000",
          Bounds.atLeast("1"),
          "The most connections of servers to one listener auth: a Postfix makes one for each smtpd.");

  static final Param<Integer> MAX_REQUESTS =
      SET.integer(
          "auth_max_requests",
          "100",
          Bounds.between("1", "10000"),
          "The most clients that one connection to auth may have log in at the same time.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private AuthServerParams() {}
}
