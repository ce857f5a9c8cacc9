package org.postroom.core.part;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.flow.Expanded;
import org.postroom.core.policy.Decision;

/**
 * What would become of a mail that nobody has sent: judged, expanded and routed by the functions
 * that do it for a real one. Nothing is counted, logged, kept or delivered.
 *
 * @param steps in the order of a client's commands, up to the first that is refused
 */
public record DryRun(List<Step> steps) {

  public DryRun {
    steps = List.copyOf(steps);
  }

  /**
   * A client, and the mail that it would bring.
   *
   * @param helo what it calls itself; empty where it says HELO to nobody
   * @param login whose account it has logged in to
   * @param secure whether it speaks under TLS
   * @param size octets of the mail, as SIZE= would say; 0 where it is not said
   */
  public record Asked(
      InetAddress client,
      Optional<String> helo,
      Optional<Account> login,
      boolean secure,
      long size,
      ReversePath sender,
      List<Address> recipients) {

    public Asked {
      recipients = List.copyOf(recipients);
    }
  }

  /**
   * What came of one command.
   *
   * @param decision on which one, and every rule that was asked, with what it rested on
   * @param expanded whom a recipient comes to, and the way there; empty where it was not asked
   */
  public record Step(Decision decision, Optional<Expanded> expanded) {}
}
