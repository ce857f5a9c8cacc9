package org.postroom.dist.applet.doveadm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.network.Network;
import org.postroom.core.session.Sessions.One;
import org.postroom.dist.applet.doveadm.Rows.Column;
import org.postroom.dist.applet.doveadm.Rows.Form;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.SessionOperations;
import org.postroom.dist.operation.SessionOperations.Some;

/**
 * {@code doveadm who} and {@code kick}: who is logged in. In the place of the process, of which
 * there is one, stands the session, as in the log.
 */
final class SessionWords {
  private final Asked asked;

  SessionWords(Asked asked) {
    this.asked = asked;
  }

  /** Says who is. */
  void who(List<String> words) {
    Options options = Options.of("1", words);
    List<One> meant = meant(options.operands());
    if (options.has('1')) {
      Rows rows =
          asked.rows(
              Form.TABLE,
              List.of(
                  Column.of("username"),
                  Column.of("service", "proto"),
                  Column.of("pid"),
                  Column.of("ip")));
      meant.forEach(
          one -> rows.add(List.of(one.login(), one.protocol(), one.session(), one.address())));
      rows.end();
      return;
    }
    Rows rows =
        asked.rows(
            Form.TABLE,
            List.of(
                Column.of("username"),
                Column.number("connections", "#"),
                Column.of("service", "proto"),
                Column.of("pids", "(pids)"),
                Column.of("ips", "(ips)")));
    groups(meant)
        .forEach(
            of ->
                rows.add(
                    List.of(
                        of.get(0).login(),
                        "" + of.size(),
                        of.get(0).protocol(),
                        listed(of.stream().map(One::session).toList()),
                        listed(of.stream().map(One::address).distinct().toList()))));
    rows.end();
  }

  /** By account and protocol. */
  private static Iterable<List<One>> groups(List<One> meant) {
    Map<String, List<One>> groups = new TreeMap<>();
    for (One one : meant) {
      groups
          .computeIfAbsent(one.login() + "\0" + one.protocol(), none -> new ArrayList<>())
          .add(one);
    }
    return groups.values();
  }

  private static String listed(List<String> all) {
    return "(" + String.join(" ", all) + ")";
  }

  /** Ends sessions. */
  void kick(List<String> words) {
    Options options = Options.of("f", words);
    List<String> operands =
        options.some("doveadm [-f <formatter>] kick <user mask>|<ip[/bits]> [...]");
    List<String> sessions = meant(operands).stream().map(One::session).toList();
    List<One> ended =
        sessions.isEmpty()
            ? List.of()
            : asked.ask(SessionOperations.END, new Some(sessions)).sessions();
    Set<String> users = new LinkedHashSet<>();
    ended.forEach(one -> users.add(one.login()));
    Optional<Rows> rows = asked.rows(List.of(Column.of("result")));
    if (!users.isEmpty() && rows.isEmpty()) {
      asked.out().println("kicked connections from the following users:");
      asked.out().println(String.join(" ", users) + " ");
    }
    users.forEach(user -> rows.ifPresent(all -> all.add(List.of(user))));
    rows.ifPresent(Rows::end);
    if (users.isEmpty()) {
      asked.out().println("no users kicked");
      throw Ended.silent(Ended.NOT_FOUND);
    }
  }

  /** Those whose account fits every mask, and whose client every address, that are given. */
  private List<One> meant(List<String> operands) {
    List<Network> networks = new ArrayList<>();
    List<Mask> masks = new ArrayList<>();
    for (String operand : operands) {
      Optional<Network> network = network(operand);
      network.ifPresentOrElse(networks::add, () -> masks.add(Mask.ofUsers(operand)));
    }
    return asked.ask(SessionOperations.LIST, new Nothing()).sessions().stream()
        .filter(one -> masks.stream().allMatch(mask -> mask.fits(one.login())))
        .filter(one -> networks.stream().allMatch(network -> isIn(network, one.address())))
        .toList();
  }

  private static Optional<Network> network(String operand) {
    int slash = operand.indexOf('/');
    boolean isAddress =
        IpLiteral.parse(slash < 0 ? operand : operand.substring(0, slash)).isPresent();
    if (!isAddress) {
      return Optional.empty();
    }
    try {
      return Optional.of(Network.parse(operand));
    } catch (MalformedAddress e) {
      throw Ended.fatal(Ended.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isIn(Network network, String address) {
    return IpLiteral.parse(address).filter(network::contains).isPresent();
  }
}
