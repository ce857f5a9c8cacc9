package org.postroom.smtp.client.sasl;

import java.security.SecureRandom;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.MatchList;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * Our log-ins to other servers ({@code smtp_sasl_password_maps}), and by which mechanism they may
 * be used. Tables are asked anew for each connection: a password that has changed counts at once.
 */
public final class LogIns {
  private final TableList tables;
  private final RecipientDelimiter delimiter;
  private final Settings settings;
  private final MatchList mechanisms;

  private LogIns(
      TableList tables, RecipientDelimiter delimiter, Settings settings, MatchList mechanisms) {
    this.tables = tables;
    this.delimiter = delimiter;
    this.settings = settings;
    this.mechanisms = mechanisms;
  }

  /**
   * Those that settings name; none where log-ins are off.
   *
   * @param delimiter of senders' addresses
   * @throws BadConfiguration for a table that cannot be had, or that others can read
   */
  public static LogIns of(Settings settings, RecipientDelimiter delimiter, Tables tables) {
    return new LogIns(
        settings.get(SaslParams.ENABLE) ? passwords(settings, tables) : TableList.EMPTY,
        delimiter,
        settings,
        filter(settings, tables));
  }

  private static TableList passwords(Settings settings, Tables tables) {
    try {
      TableList opened =
          new TableList(
              settings.get(SaslParams.PASSWORD_MAPS).stream().map(tables::openSecret).toList());
      if (opened.isEmpty()) {
        throw new BadValue(
            settings.nameOf(SaslParams.ENABLE) + " = yes needs a table with our log-ins");
      }
      return opened;
    } catch (BadValue e) {
      throw fault(settings, SaslParams.PASSWORD_MAPS, e);
    }
  }

  private static MatchList filter(Settings settings, Tables tables) {
    try {
      return MatchList.ofNames(settings.get(SaslParams.MECHANISM_FILTER), tables::open);
    } catch (BadValue e) {
      throw fault(settings, SaslParams.MECHANISM_FILTER, e);
    }
  }

  private static BadConfiguration fault(Settings settings, Param<?> param, BadValue e) {
    return new BadConfiguration(settings.fault(param, e.reason()));
  }

  /** Whether we log in nowhere. */
  public boolean none() {
    return tables.isEmpty();
  }

  /** Whether another sender's mail may go by another log-in. */
  public boolean dependOnSender() {
    return !tables.isEmpty() && settings.get(SaslParams.BY_SENDER);
  }

  /**
   * Ours to a server; empty where we do not log in there.
   *
   * @param host its name
   * @param nextHop as configuration writes it
   * @throws LogInFailed when a table's value is none
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public Optional<LogIn> find(ReversePath sender, String host, String nextHop) {
    if (tables.isEmpty()) {
      return Optional.empty();
    }
    Stream<TableKeys> bySender =
        dependOnSender()
            ? sender.address().map(one -> TableKeys.address(one, delimiter, false)).stream()
            : Stream.empty();
    return Stream.concat(bySender, Stream.of(TableKeys.only(host), TableKeys.only(nextHop)))
        .flatMap(keys -> tables.find(keys).stream())
        .findFirst()
        .map(this::read);
  }

  private LogIn read(TableList.Found found) {
    String delimiting = settings.get(SaslParams.DELIMITER);
    int end = found.value().indexOf(delimiting);
    if (end < 1 || end + delimiting.length() == found.value().length()) {
      String place = found.row().place();
      // A table's name has the password in it where that is written in main.cf.
      throw new LogInFailed(
          "4.3.5",
          (place.isEmpty() ? settings.nameOf(SaslParams.PASSWORD_MAPS) : place)
              + ": expected user"
              + delimiting
              + "password for "
              + found.key().text());
    }
    return new LogIn(
        found.value().substring(0, end),
        Secret.of(found.value().substring(end + delimiting.length())));
  }

  /** What of the connection a log-in depends on. */
  public enum Channel {
    /** In clear, and nobody has said that passwords may be told so. */
    OPEN,
    /** In clear, where settings say so, or within this machine. */
    CLEAR,
    TLS,
    /** TLS with a server that is who we think. */
    VERIFIED
  }

  /** A mechanism with what is said by it. */
  public record Begun(String mechanism, Dialogue dialogue) {}

  /**
   * Begins the best that the server offers and settings allow.
   *
   * @param offered names of mechanisms, in upper case
   * @param server for the reason
   * @param random for a nonce
   * @throws LogInFailed when there is none
   */
  public Begun begin(
      LogIn logIn,
      Collection<String> offered,
      Channel channel,
      String server,
      SecureRandom random) {
    return Mechanism.ALL.stream()
        .filter(one -> offered.contains(one.name()))
        .filter(one -> permits(one, channel))
        .findFirst()
        .map(one -> new Begun(one.name(), one.begin(logIn, random)))
        .orElseThrow(
            () ->
                new LogInFailed(
                    "4.7.0",
                    "SASL authentication failed: server "
                        + server
                        + " offered no compatible authentication mechanisms for this type of"
                        + " connection security"));
  }

  private boolean permits(Mechanism mechanism, Channel channel) {
    boolean filtered = !settings.get(SaslParams.MECHANISM_FILTER).isEmpty();
    boolean named = filtered ? mechanisms.containsName(mechanism.name()) : !mechanism.takesToken();
    return named
        && mechanism.holds(options(channel))
        && (channel != Channel.OPEN || !mechanism.tellsSecret());
  }

  private Set<SecurityOption> options(Channel channel) {
    return settings.get(
        switch (channel) {
          case OPEN, CLEAR -> SaslParams.CLEAR_OPTIONS;
          case TLS -> SaslParams.TLS_OPTIONS;
          case VERIFIED -> SaslParams.VERIFIED_OPTIONS;
        });
  }

  /**
   * What it means that a server has refused us.
   *
   * @param status the enhanced status code of its reply
   * @param permanent whether it has said that the log-in is wrong
   */
  public LogInFailed refused(String server, String status, String said, boolean permanent) {
    boolean ends = permanent && !settings.get(SaslParams.SOFT_BOUNCE);
    return new LogInFailed(
        (ends ? "5" : "4") + status.substring(1),
        "SASL authentication failed; server " + server + " said: " + said,
        ends,
        true);
  }
}
