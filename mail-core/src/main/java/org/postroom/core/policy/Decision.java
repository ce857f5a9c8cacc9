package org.postroom.core.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.restriction.Verdict;

/**
 * Why a client, sender, recipient or mail was taken or refused: every rule that was asked, with
 * what it saw and said.
 *
 * @param moment at what command
 * @param refusal empty where it is permitted
 * @param pending what is left to later lists; with what is to become of the mail
 */
public record Decision(
    Moment moment,
    About mail,
    List<Step> steps,
    Optional<Verdict.Reject> refusal,
    Pending pending) {

  /**
   * Whom and what it is about. Holds nothing of the session: records outlive it.
   *
   * @param login empty for a stranger
   * @param helo what the client called itself
   */
  public record About(
      InetAddress client,
      Optional<String> login,
      Optional<String> helo,
      Optional<ReversePath> sender,
      Optional<Address> recipient) {

    static About of(PolicyContext mail) {
      PolicyContext.Client client = mail.client();
      return new About(
          client.address(), client.login(), mail.helo(), mail.sender(), mail.recipient());
    }
  }

  /**
   * One rule's part.
   *
   * @param list the parameter that holds the rule
   * @param noted the facts that the rule rested on, for people
   * @param rows where those rows of tables stand that it rested on: file and line
   * @param result what it said, or what was made of it
   * @param warned what it would have refused, had it not been to warn only
   */
  public record Step(
      String list,
      String rule,
      String noted,
      List<String> rows,
      Verdict result,
      Optional<Verdict.Reject> warned) {

    public Step {
      rows = List.copyOf(rows);
    }

    /** What it said, for people. */
    public String said() {
      return warned.map(refusal -> "would refuse: " + refusal).orElseGet(() -> said(result));
    }

    private static String said(Verdict result) {
      if (result instanceof Verdict.Ok) {
        return "OK";
      }
      if (result instanceof Verdict.Dunno) {
        return "DUNNO";
      }
      if (result instanceof Verdict.DeferIfPermit defer) {
        return "if permitted: " + defer.reply();
      }
      if (result instanceof Verdict.DeferIfReject defer) {
        return "if refused: " + defer.reply();
      }
      if (result instanceof Verdict.Fault fault) {
        return fault.reply().toString();
      }
      if (result instanceof Verdict.Refer refer) {
        return "asks " + refer.restrictions();
      }
      if (result instanceof Verdict.Treat treat) {
        return treat.how().logName() + ": " + treat.said();
      }
      return result.toString();
    }
  }

  public Decision {
    steps = List.copyOf(steps);
  }

  /** One for which no list was asked. */
  public static Decision unasked(Moment moment, PolicyContext mail) {
    return new Decision(moment, About.of(mail), List.of(), Optional.empty(), Pending.NOTHING);
  }

  /**
   * The same, refused by what holds beside all lists.
   *
   * @param param what makes it hold; empty where it always does
   */
  public Decision refusedBy(String param, String rule, Verdict.Reject why) {
    List<Step> all = new ArrayList<>(steps);
    all.add(new Step(param, rule, "", List.of(), why, Optional.empty()));
    return new Decision(moment, mail, all, Optional.of(why), pending);
  }

  /** The command that was decided on, as the client said it. */
  public String command() {
    return switch (moment) {
      case CONNECT -> "CONNECT";
      case HELO -> "EHLO " + mail.helo().orElse("");
      case MAIL -> "MAIL FROM:<" + mail.sender().map(String::valueOf).orElse("") + ">";
      case RECIPIENT -> "RCPT TO:<" + mail.recipient().map(String::valueOf).orElse("") + ">";
      case DATA -> "DATA";
      case END_OF_DATA -> "END-OF-MESSAGE";
      case ETRN -> "ETRN";
    };
  }

  public boolean isPermitted() {
    return refusal.isEmpty();
  }

  /** What would have been refused by rules that are to warn only. */
  public List<Verdict.Reject> warnings() {
    List<Verdict.Reject> all = new ArrayList<>();
    steps.forEach(step -> step.warned().ifPresent(all::add));
    return all;
  }

  /** What is to become of the mail, in words for the log. */
  public List<Verdict.Treat> treatments() {
    List<Verdict.Treat> all = new ArrayList<>();
    for (Step step : steps) {
      if (step.result() instanceof Verdict.Treat treat) {
        all.add(treat);
      }
    }
    return all;
  }

  /** The rule that had the last word; empty where none was asked. */
  public String lastRule() {
    return steps.isEmpty() ? "" : steps.get(steps.size() - 1).rule();
  }

  /** One line for each rule that was asked. */
  @Override
  public String toString() {
    String seen =
        " (client="
            + mail.client().getHostAddress()
            + " login="
            + mail.login().orElse("")
            + " helo="
            + mail.helo().orElse("")
            + " sender=<"
            + mail.sender().map(String::valueOf).orElse("")
            + "> recipient=<"
            + mail.recipient().map(String::valueOf).orElse("")
            + ">";
    return steps.stream()
        .map(step -> step.list() + ": " + step.rule() + seen + step.noted() + "): " + step.said())
        .collect(Collectors.joining("\n"));
  }
}
