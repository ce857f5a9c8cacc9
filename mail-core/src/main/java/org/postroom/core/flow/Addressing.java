package org.postroom.core.flow;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.report.Notice;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.table.Tables;

/**
 * What settings say of whom mail is from and for.
 *
 * @param policy which domains are ours
 * @param rewriting which addresses are written anew
 * @param aliases which stand for others
 * @param listed which addresses there are, beside those of accounts
 * @param routes by which transports mail goes
 * @param copies who gets a copy
 * @param forwarding in whose name mail of others is sent on
 * @param safeSend whose mail may leave
 * @param folders where an extension chooses a mailbox
 */
public record Addressing(
    Policy policy,
    Rewriting rewriting,
    Aliases aliases,
    ListedRecipients listed,
    Routes routes,
    Copies copies,
    Forwarding forwarding,
    SafeSend safeSend,
    DetailFolders folders) {

  /**
   * By settings.
   *
   * @param transports names of those that parameters may name, beside those that are always there
   * @throws org.postroom.core.report.BadConfiguration for what cannot be obeyed
   */
  public static Addressing of(
      Settings settings, Policy policy, OwnAddresses own, Tables tables, Set<String> transports) {
    return new Addressing(
        policy,
        Rewriting.of(settings, policy, own, tables),
        Aliases.of(settings, policy, tables),
        ListedRecipients.of(settings, policy, tables),
        Routes.of(settings, policy, tables, transports),
        Copies.of(settings, policy, tables),
        Forwarding.of(settings, policy),
        SafeSend.of(settings, tables),
        DetailFolders.of(settings, policy));
  }

  /** What an administrator should know. */
  public List<Notice> notices() {
    return routes.notices();
  }

  /**
   * Where mail goes that comes to an address, as far as it may leave.
   *
   * @param mailboxes of the accounts
   */
  public Router router(Accounts accounts, MailStore mailboxes) {
    return safeSend.over(
        folders.over(new AddressRouter(policy, accounts, aliases, listed, routes), mailboxes),
        accounts);
  }

  /** The station that says whom recipients stand for, who are routed by {@code router}. */
  Expansion expansion(Router router, Clock clock) {
    return new Expansion(router, policy, rewriting, aliases, forwarding, clock);
  }

  /**
   * The mail from its sender as it is written anew.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  Submission fromWhom(Submission mail) {
    ReversePath sender =
        rewriting.sender(mail.envelope().sender(), Facts.WAITING, new ArrayList<>());
    return mail.in(mail.envelope().from(sender));
  }

  /**
   * The recipients of a mail, and those who get a copy of it.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  List<Expanded> forWhom(Submission mail, List<Expanded> recipients, Expansion expansion) {
    List<Address> rewritten =
        copies.asksForRecipients()
            ? recipients.stream().map(one -> rewritten(one.recipient())).toList()
            : List.of();
    List<Recipient> copied = copies.of(mail, rewritten, Facts.WAITING);
    return copied.isEmpty()
        ? recipients
        : Stream.concat(
                recipients.stream(), expansion.copies(mail.envelope().sender(), copied).stream())
            .toList();
  }

  private Address rewritten(Recipient recipient) {
    return rewriting.recipient(recipient.address(), Facts.WAITING, new ArrayList<>());
  }
}
