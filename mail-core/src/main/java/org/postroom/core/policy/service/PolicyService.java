package org.postroom.core.policy.service;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;

/**
 * A policy server as {@code check_policy_service} names it: {@code inet:host:port} or {@code
 * unix:path}, alone or before options such as {@code timeout=10s} or <code>{ default_action =
 * DUNNO }</code>.
 *
 * @param defaultAction what counts where it does not answer
 * @param context what it is told as {@code policy_context}
 */
public record PolicyService(Peer peer, Limits limits, String defaultAction, String context) {

  /** Where it listens. */
  public sealed interface Peer {

    /**
     * By TCP.
     *
     * @param host a name or an address
     */
    record Inet(String host, int port) implements Peer {
      @Override
      public String toString() {
        return "inet:" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
      }
    }

    /** At a socket of this machine. */
    record Unix(Path path) implements Peer {
      @Override
      public String toString() {
        return "unix:" + path;
      }
    }
  }

  /**
   * How it is asked.
   *
   * @param timeout for an answer, with all that comes before it
   * @param maxIdle how long a connection is kept unused
   * @param maxTtl how long one is used
   * @param requests for how many one is used; 0 for any number
   * @param tries how often one question is put
   * @param retryDelay between two of them
   */
  public record Limits(
      Duration timeout,
      Duration maxIdle,
      Duration maxTtl,
      int requests,
      int tries,
      Duration retryDelay) {

    /** How long one question may take, with all its tries. */
    Duration inAll() {
      return timeout.plus(retryDelay).multipliedBy(tries).minus(retryDelay);
    }
  }

  /** {@link BadValue} for what names no server, or has an option that is none. */
  public static PolicyService of(String argument, Settings settings) {
    List<String> items = Braces.items(argument);
    if (items.isEmpty()) {
      throw new BadValue("expected inet:host:port or unix:path");
    }
    Settings its = with(items.subList(1, items.size()), settings);
    return new PolicyService(
        peer(items.get(0)),
        new Limits(
            its.get(PolicyServiceParams.TIMEOUT),
            its.get(PolicyServiceParams.MAX_IDLE),
            its.get(PolicyServiceParams.MAX_TTL),
            its.get(PolicyServiceParams.REQUEST_LIMIT),
            its.get(PolicyServiceParams.TRY_LIMIT),
            its.get(PolicyServiceParams.RETRY_DELAY)),
        its.get(PolicyServiceParams.DEFAULT_ACTION),
        its.get(PolicyServiceParams.CONTEXT));
  }

  private static Settings with(List<String> options, Settings settings) {
    if (options.isEmpty()) {
      return settings;
    }
    Settings.Builder over = settings.over();
    for (String item : options) {
      String option = Braces.open(item) ? Braces.inside(item) : item;
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals).strip();
      Param<?> param =
          PolicyServiceParams.PART.params().stream()
              .filter(known -> known.name().equals(PolicyServiceParams.PREFIX + name))
              .filter(known -> equals >= 0)
              .findFirst()
              .orElseThrow(() -> new BadValue("not an option of a policy service: " + item));
      over.set(param.name(), option.substring(equals + 1).strip());
    }
    try {
      return over.build();
    } catch (BadConfiguration e) {
      throw new BadValue(e.report().faults().get(0).text());
    }
  }

  private static Peer peer(String text) {
    if (text.startsWith("inet:")) {
      return inet(text.substring("inet:".length()), text);
    }
    if (!text.startsWith("unix:")) {
      throw new BadValue("expected inet:host:port or unix:path: " + text);
    }
    try {
      Path path = Path.of(text.substring("unix:".length()));
      if (!path.isAbsolute()) {
        throw new BadValue(
            text
                + ": in the queue directory of the compatible systems their own programs make this"
                + " socket; start the policy server by itself, and write its socket's whole path");
      }
      return new Peer.Unix(path);
    } catch (InvalidPathException e) {
      throw new BadValue("not a path: " + text);
    }
  }

  /** Without a host, this machine. */
  private static Peer inet(String text, String whole) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "localhost" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    if (!port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > 65_535
        || bare.isEmpty()
        || bare.indexOf(':') >= 0 && IpLiteral.parse(bare).isEmpty()) {
      throw new BadValue("expected inet:host:port: " + whole);
    }
    return new Peer.Inet(bare, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return peer.toString();
  }
}
