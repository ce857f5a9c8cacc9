package org.postroom.dist.operation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Target;
import org.postroom.core.part.DryRun;
import org.postroom.core.policy.Decision;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;

/** Says what would become of a mail, or what has become of one, and why. */
public final class ExplainOperation {
  public static final Operation<Question, Explained> EXPLAIN =
      new Operation<>("explain", Question.class, Explained.class, ExplainOperation::explain);

  public static final Operation<Leaving, Hosts> HOSTS =
      new Operation<>("explain-hosts", Leaving.class, Hosts.class, ExplainOperation::hosts);

  public static final Operation<Which, Recordings> RECORD =
      new Operation<>("explain-record", Which.class, Recordings.class, ExplainOperation::record);

  private ExplainOperation() {}

  /**
   * A mail that nobody has sent.
   *
   * @param service at which listener, such as {@code smtp}
   * @param client the client's address
   * @param helo what it calls itself
   * @param login who has logged in
   * @param tls whether it speaks under TLS
   * @param size octets of the mail; 0 where the client does not say
   * @param sender empty for the null sender
   */
  public record Question(
      String service,
      String client,
      Optional<String> helo,
      Optional<String> login,
      boolean tls,
      long size,
      String sender,
      List<String> recipients) {}

  /**
   * A mail that goes on from here.
   *
   * @param route as {@link Destination} has it: {@code smtp:far.example}
   */
  public record Leaving(String recipient, String route) {}

  /** By which hosts it would go, in the order to try them, and how safely: a line each. */
  public record Hosts(List<String> lines) {}

  /** A mail or a session that was here, by the name that the log has for it. */
  public record Which(String id) {}

  /** What was decided, the oldest first. */
  public record Recordings(List<Recorded> records) {}

  /**
   * What was decided at one command.
   *
   * @param at when, as in RFC 3339
   * @param generation by which configuration
   * @param mail what the mail is called; nothing where none of it has been taken by then
   */
  public record Recorded(
      String at, String session, long generation, Optional<String> mail, Step step) {}

  /** In the order of a client's commands, up to the first that is refused. */
  public record Explained(List<Step> steps) {}

  /**
   * What came of one command.
   *
   * @param rules that were asked
   * @param reply with which it would be refused; nothing where it would be taken
   * @param way by which a recipient comes to its targets
   * @param targets who gets the mail, and how
   */
  public record Step(
      String command,
      List<Rule> rules,
      Optional<String> reply,
      List<String> way,
      List<Destination> targets) {

    /** The same with other targets. */
    public Step to(List<Destination> others) {
      return new Step(command, rules, reply, way, others);
    }
  }

  /**
   * One rule's part.
   *
   * @param list the parameter that holds it
   * @param facts what it rested on
   * @param rows where the rows of tables stand that it rested on: file and line
   * @param result what it said
   */
  public record Rule(String list, String rule, String facts, List<String> rows, String result) {}

  /**
   * Who gets the mail, and how.
   *
   * @param route {@code mailbox ada}, {@code smtp:far.example}
   * @param hosts by which it would leave, where somebody has asked for them
   */
  public record Destination(String recipient, String route, Optional<List<String>> hosts) {

    /** The same with hosts. */
    public Destination by(List<String> some) {
      return new Destination(recipient, route, Optional.of(List.copyOf(some)));
    }
  }

  private static Explained explain(Desk desk, Question question) {
    Optional<Account> login =
        question
            .login()
            .map(
                name ->
                    desk.accounts()
                        .byLogin(name)
                        .orElseThrow(
                            () -> new OperationRefused(Kind.REQUEST, "no such account: " + name)));
    DryRun.Asked asked;
    try {
      asked =
          new DryRun.Asked(
              address(question.client()),
              question.helo(),
              login,
              question.tls(),
              question.size(),
              question.sender().isEmpty()
                  ? ReversePath.NULL
                  : ReversePath.of(Address.parse(question.sender())),
              question.recipients().stream().map(Address::parse).toList());
    } catch (MalformedAddress e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
    DryRun run = desk.server().explain(question.service(), asked);
    return new Explained(
        run.steps().stream().map(step -> step(step.decision(), step.expanded())).toList());
  }

  private static Hosts hosts(Desk desk, Leaving mail) {
    int colon = mail.route().indexOf(':');
    try {
      return new Hosts(
          colon < 0
              ? List.of()
              : desk.server()
                  .hosts(
                      mail.route().substring(0, colon),
                      mail.route().substring(colon + 1),
                      Address.parse(mail.recipient())));
    } catch (MalformedAddress e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static Recordings record(Desk desk, Which which) {
    List<RecentDecisions.Entry> found = desk.server().decisions(which.id());
    if (found.isEmpty()) {
      throw new OperationRefused(
          Kind.REQUEST,
          "no record of " + which.id() + ": the last decisions are kept, the log has the rest");
    }
    return new Recordings(found.stream().map(ExplainOperation::record).toList());
  }

  private static Recorded record(RecentDecisions.Entry entry) {
    return new Recorded(
        entry.at().toString(),
        entry.session(),
        entry.generation(),
        entry.mail().map(Object::toString),
        step(entry.decision(), entry.expanded()));
  }

  private static InetAddress address(String text) {
    return IpLiteral.parse(text)
        .orElseThrow(() -> new OperationRefused(Kind.REQUEST, "no IP address: " + text));
  }

  private static Step step(Decision decision, Optional<Expanded> expanded) {
    return new Step(
        decision.command(),
        decision.steps().stream()
            .map(
                rule ->
                    new Rule(
                        rule.list(), rule.rule(), rule.noted().strip(), rule.rows(), rule.said()))
            .toList(),
        decision.refusal().map(Object::toString),
        expanded.map(Expanded::trace).orElse(List.of()),
        expanded.map(ExplainOperation::destinations).orElse(List.of()));
  }

  private static List<Destination> destinations(Expanded expanded) {
    List<Destination> found = new ArrayList<>();
    for (Target target : expanded.targets()) {
      found.add(
          new Destination(
              target.recipient().address().toString(), route(target.route()), Optional.empty()));
    }
    return found;
  }

  private static String route(Route route) {
    if (route instanceof Route.ToMailbox mailbox) {
      String folder = mailbox.mailbox().isInbox() ? "" : ", " + mailbox.mailbox();
      return "mailbox " + mailbox.account().login() + folder;
    }
    if (route instanceof Route.Kept kept) {
      return "kept in mailbox " + kept.account().login() + " (safe_send_mailbox)";
    }
    if (route instanceof Route.Onward onward) {
      return onward.destination();
    }
    if (route instanceof Route.ToAgent agent) {
      return agent.destination();
    }
    return route instanceof Route.Nowhere none
        ? none.code() + " " + none.status() + " " + none.text()
        : route.toString();
  }
}
