package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.table.Tables;

/**
 * The station that adds those who get a copy of other people's mail: always_bcc, and whom
 * sender_bcc_maps and recipient_bcc_maps name for its addresses as they have been written anew, but
 * not expanded. Of mail that was made here, or went this way before, there are no copies, and the
 * sender hears nothing of them.
 */
public final class Copies {
  private final Optional<Address> always;
  private final AddressMap ofSenders;
  private final AddressMap ofRecipients;

  private Copies(Optional<Address> always, AddressMap ofSenders, AddressMap ofRecipients) {
    this.always = always;
    this.ofSenders = ofSenders;
    this.ofRecipients = ofRecipients;
  }

  /**
   * Those that settings name.
   *
   * @throws BadConfiguration for what is no address or no table
   */
  public static Copies of(Settings settings, Policy policy, Tables tables) {
    String always = settings.get(CopyParams.ALWAYS);
    try {
      return new Copies(
          always.isBlank()
              ? Optional.empty()
              : Optional.of(policy.qualified(WrittenAddress.parse(always.strip()))),
          AddressMap.of(settings, CopyParams.OF_SENDERS, false, policy, tables),
          AddressMap.of(settings, CopyParams.OF_RECIPIENTS, false, policy, tables));
    } catch (MalformedAddress e) {
      throw new BadConfiguration(settings.fault(CopyParams.ALWAYS, String.valueOf(e.getMessage())));
    }
  }

  /**
   * Who gets a copy of {@code mail}.
   *
   * @param recipients of the envelope, written anew
   * @throws LookupUnavailable when a table has no answer now
   */
  List<Recipient> of(Submission mail, List<Address> recipients, Facts facts) {
    Set<Address> copies = new LinkedHashSet<>();
    if (!mail.origin().isInternal()) {
      mail.envelope().sender().address().ifPresent(from -> add(copies, ofSenders, from, facts));
      recipients.forEach(to -> add(copies, ofRecipients, to, facts));
      always.ifPresent(copies::add);
    }
    List<Recipient> silent = new ArrayList<>(copies.size());
    copies.forEach(copy -> silent.add(new Recipient(copy, Set.of(Notify.NEVER), Optional.empty())));
    return silent;
  }

  /** Whether it depends on the recipients who gets one. */
  boolean asksForRecipients() {
    return !ofRecipients.isEmpty();
  }

  private static void add(Set<Address> copies, AddressMap map, Address address, Facts facts) {
    Optional<AddressMap.Mapped> found = map.find(address, facts);
    if (found.isPresent()) {
      if (found.get().results().isEmpty()) {
        throw new LookupUnavailable("no address: " + found.get().trace());
      }
      copies.add(found.get().results().get(0));
    }
  }
}
