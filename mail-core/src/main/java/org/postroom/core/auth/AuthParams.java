package org.postroom.core.auth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.config.Trait;
import org.postroom.core.network.Network;

/** What every protocol that lets readers of mail log in obeys, by Dovecot's names. */
public final class AuthParams {
  private static final ParamSet.Builder SET = ParamSet.named("auth");

  public static final Param<Boolean> DISABLE_PLAINTEXT_AUTH =
      SET.bool(
          "disable_plaintext_auth",
          "yes",
          "Whether passwords need TLS, except from this machine itself and login_trusted_networks.");

  public static final Param<List<Network>> TRUSTED_NETWORKS =
      SET.value(
          "login_trusted_networks",
          "",
          "addresses and blocks of addresses, such as 192.0.2.0/24 and 2001:db8::/32",
          AuthParams::networks,
          networks -> networks.stream().map(Network::toString).collect(Collectors.joining(" ")),
          """
          From where passwords need no TLS by POP3 and IMAP, whatever disable_plaintext_auth says: \
          networks on which nobody listens.""");

  public static final Param<String> LOGIN_GREETING =
      SET.value(
          "login_greeting",
          "",
          "printable ASCII, 400 signs at most",
          AuthParams::printable,
          text -> text,
          """
          What clients of IMAP hear first, and those of POP3 where pop3_greeting says nothing else; \
          by default each protocol has words of its own.""");

  public static final Param<List<String>> MECHANISMS =
      SET.value(
          "auth_mechanisms",
          "scram-sha-256 plain login",
          "names of mechanisms",
          AuthParams::mechanisms,
          names -> String.join(" ", names).toLowerCase(Locale.ROOT),
          """
          The SASL mechanisms by which one may log in, of scram-sha-256, plain, login, oauthbearer and \
          xoauth2. Without plain and login, no password is taken by IMAP's LOGIN and POP3's PASS \
          either. The last two take tokens, and need to know who checks those: \
          oauth2_introspection_mode.""",
          Trait.RESTART);

  public static final Param<Duration> FAILURE_DELAY =
      SET.time(
          "auth_failure_delay",
          "2s",
          Bounds.between("0s", "3s"),
          """
          How long a wrong password waits for its answer. An attempt that had to wait for its turn \
          has waited longer, up to 15 seconds in all where attempts of its network have failed.""");

  public static final Param<Boolean> THROTTLE =
      SET.bool(
          "auth_throttle",
          "yes",
          """
          Whether networks (IPv4 /24, IPv6 /64) that send wrong passwords have their attempts looked \
          at one by one, each later than the one before, or not at all.""",
          Trait.RESTART);

  public static final Param<Integer> WORKERS =
      SET.integer(
          "auth_worker_max_count",
          "0",
          Bounds.between("0", "64"),
          """
          How many passwords are checked at the same time; each takes 19 MiB. 0: half as many as \
          there are processors, from 2 to 8; 1 where two took more than a fifth of the heap.""",
          Trait.RESTART);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private AuthParams() {}

  /** In upper case, as clients name them. */
  private static List<String> mechanisms(String text) {
    List<String> names = new ArrayList<>();
    for (String word : text.toUpperCase(Locale.ROOT).split("[,\\s]+", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      if (Mechanisms.ALL.stream().noneMatch(one -> one.name().equals(word))) {
        throw new BadValue("no mechanism of this server: " + word.toLowerCase(Locale.ROOT));
      }
      names.add(word);
    }
    return List.copyOf(names);
  }

  /** Addresses and blocks of addresses, with commas or white space between them. */
  public static List<Network> networks(String text) {
    try {
      return Arrays.stream(text.split("[,\\s]+", -1))
          .filter(item -> !item.isEmpty())
          .map(Network::parse)
          .toList();
    } catch (MalformedAddress e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
  }

  /** How many passwords are hashed at the same time, wherever they come from. */
  public static int atOnce(Settings settings) {
    int chosen = settings.get(WORKERS);
    return chosen == 0 ? Argon2.atOnce() : chosen;
  }

  /** {@link BadValue} for what a protocol's line cannot have. */
  public static String printable(String text) {
    if (text.length() > 400 || !text.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      throw new BadValue("not printable ASCII, or too long");
    }
    return text;
  }
}
