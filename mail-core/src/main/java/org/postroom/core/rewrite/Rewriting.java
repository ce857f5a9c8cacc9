package org.postroom.core.rewrite;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.policy.Qualifier;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.Tables;

/**
 * The station that writes addresses anew before anybody is asked where they lead: by
 * sender_canonical_maps or recipient_canonical_maps, then by canonical_maps, each until nothing
 * more changes, then by masquerade_domains. In envelopes all that do so for their class; in headers
 * those of clients that are trusted with it, or all where remote_header_rewrite_domain is set.
 * Pure.
 */
public final class Rewriting {

  /** So many times may an address stand for another. */
  private static final int MOST = 1000;

  /**
   * Tables and where they apply.
   *
   * @param uses the classes of addresses
   */
  private record Canonical(String parameter, AddressMap map, Set<AddressUse> uses) {}

  private final List<Canonical> ofSenders;
  private final List<Canonical> ofRecipients;
  private final Masquerade masquerade;
  private final Set<AddressUse> masked;
  private final Policy policy;
  private final boolean completesBare;
  private final LocalClients localClients;
  private final Optional<Qualifier> remote;
  private final int mostTokens;

  /** Whether no look-up takes long; with those for clients that are not known to be ours. */
  private final boolean quick;

  private final boolean quickForAll;

  private Rewriting(Settings settings, Policy policy, OwnAddresses own, Tables tables) {
    this.policy = policy;
    Set<String> propagating = Set.copyOf(settings.get(RewriteParams.PROPAGATE_EXTENSIONS));
    boolean propagates = propagating.contains("canonical");
    Canonical common =
        new Canonical(
            RewriteParams.CANONICAL.name(),
            AddressMap.of(settings, RewriteParams.CANONICAL, propagates, policy, tables),
            settings.get(RewriteParams.CANONICAL_CLASSES));
    this.ofSenders =
        List.of(
            new Canonical(
                RewriteParams.SENDER_CANONICAL.name(),
                AddressMap.of(settings, RewriteParams.SENDER_CANONICAL, propagates, policy, tables),
                settings.get(RewriteParams.SENDER_CANONICAL_CLASSES)),
            common);
    this.ofRecipients =
        List.of(
            new Canonical(
                RewriteParams.RECIPIENT_CANONICAL.name(),
                AddressMap.of(
                    settings, RewriteParams.RECIPIENT_CANONICAL, propagates, policy, tables),
                settings.get(RewriteParams.RECIPIENT_CANONICAL_CLASSES)),
            common);
    this.masquerade = new Masquerade(settings, tables);
    this.masked = settings.get(RewriteParams.MASQUERADE_CLASSES);
    this.completesBare = settings.get(RewriteParams.APPEND_AT_MYORIGIN);
    this.localClients = LocalClients.of(settings, policy, own, tables);
    this.remote = remote(settings);
    this.mostTokens = settings.get(RewriteParams.TOKENS);
    this.quick = areQuick(ofSenders) && areQuick(ofRecipients);
    this.quickForAll = quick && localClients.isQuick();
  }

  /**
   * What settings ask for.
   *
   * @throws BadConfiguration for what cannot be obeyed
   */
  public static Rewriting of(Settings settings, Policy policy, OwnAddresses own, Tables tables) {
    return new Rewriting(settings, policy, own, tables);
  }

  private static boolean areQuick(List<Canonical> all) {
    for (Canonical one : all) {
      if (!one.map().isQuick()) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Qualifier> remote(Settings settings) {
    String text = settings.get(RewriteParams.REMOTE_DOMAIN);
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      Domain domain = Domain.of(text);
      boolean dots = settings.get(PolicyParams.APPEND_DOT_MYDOMAIN);
      return Optional.of(new Qualifier(domain, dots ? Optional.of(domain) : Optional.empty()));
    } catch (MalformedAddress e) {
      throw new BadConfiguration(
          settings.fault(RewriteParams.REMOTE_DOMAIN, String.valueOf(e.getMessage())));
    }
  }

  /**
   * The sender of an envelope.
   *
   * @param trace takes the steps, for people
   * @throws LookupUnavailable when a table has no answer now, or leads nowhere
   */
  public ReversePath sender(ReversePath sender, Facts facts, List<String> trace) {
    return new ReversePath(
        sender.address().map(it -> rewritten(it, AddressUse.ENVELOPE_SENDER, facts, trace)));
  }

  /** The same for a recipient of an envelope. */
  public Address recipient(Address recipient, Facts facts, List<String> trace) {
    return rewritten(recipient, AddressUse.ENVELOPE_RECIPIENT, facts, trace);
  }

  /** What is done to the addresses in the header of a mail that {@code client} brings. */
  public HeaderAddresses header(Submission.Client client) {
    return header(client, false);
  }

  /**
   * The same.
   *
   * @param local whether the mail was handed in on this machine, so that it is treated as one of
   *     our own users', whatever local_header_rewrite_clients says
   */
  public HeaderAddresses header(Submission.Client client, boolean local) {
    if (!local && remote.isEmpty() && localClients.areNot(client)) {
      return HeaderAddresses.UNTOUCHED;
    }
    List<String> trace = new Trace();
    return new HeaderAddresses(
        new OfClient(client, local, trace), mostTokens, local ? quick : quickForAll, trace);
  }

  /** Steps, no more than anybody reads. */
  private static final class Trace extends AbstractList<String> {
    private static final int MOST = 100;

    private final List<String> steps = new ArrayList<>(0);

    @Override
    public boolean add(String step) {
      return steps.size() < MOST && steps.add(step);
    }

    @Override
    public String get(int index) {
      return steps.get(index);
    }

    @Override
    public int size() {
      return steps.size();
    }
  }

  private Address rewritten(Address address, AddressUse use, Facts facts, List<String> trace) {
    Address now = address;
    boolean sender = use == AddressUse.ENVELOPE_SENDER || use == AddressUse.HEADER_SENDER;
    for (Canonical canonical : sender ? ofSenders : ofRecipients) {
      if (!canonical.map().isEmpty() && canonical.uses().contains(use)) {
        now = mapped(now, canonical, facts, trace);
      }
    }
    if (masked.contains(use)) {
      Address shown = masquerade.masked(now);
      if (!shown.equals(now)) {
        trace.add(now + " -> " + shown + " (masquerade_domains)");
        now = shown;
      }
    }
    return now;
  }

  private static Address mapped(
      Address address, Canonical canonical, Facts facts, List<String> trace) {
    Address now = address;
    for (int i = 0; i < MOST; i++) {
      Optional<AddressMap.Mapped> found = canonical.map().find(now, facts);
      if (found.isEmpty()) {
        return now;
      }
      if (found.get().results().isEmpty()) {
        throw new LookupUnavailable(
            canonical.parameter() + " has no address for " + now + ": " + found.get().trace());
      }
      Address next = found.get().results().get(0);
      trace.add(found.get().trace());
      if (next.toString().equalsIgnoreCase(now.toString())) {
        return next;
      }
      now = next;
    }
    throw new LookupUnavailable(canonical.parameter() + " has no end for " + address);
  }

  /** The addresses in headers that one client brings. */
  private final class OfClient implements HeaderAddresses.Rule {
    private final Submission.Client client;
    private final boolean local;
    private final List<String> trace;

    /** Whether {@link #qualifier} is known; asked for when the first address comes. */
    private boolean known;

    /** Completes addresses; empty where they stay as they are. */
    private Optional<Qualifier> qualifier = Optional.empty();

    OfClient(Submission.Client client, boolean local, List<String> trace) {
      this.client = client;
      this.local = local;
      this.trace = trace;
    }

    @Override
    public Optional<Address> rewritten(WrittenAddress written, AddressUse use) {
      if (!known) {
        qualifier =
            local || localClients.contain(client) ? Optional.of(policy.qualifier()) : remote;
        known = true;
      }
      if (qualifier.isEmpty() || written.domain().isEmpty() && !completesBare) {
        return Optional.empty();
      }
      try {
        Address whole = qualifier.get().qualified(written);
        return Optional.of(Rewriting.this.rewritten(whole, use, Facts.WAITING, trace));
      } catch (MalformedAddress e) {
        return Optional.empty();
      }
    }
  }
}
