package org.postroom.smtp.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.flow.Expanded;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Pending;
import org.postroom.core.restriction.Consequence;
import org.postroom.smtp.protocol.MailParameters;
import org.postroom.smtp.protocol.Verp;

/** One MAIL … DATA within a session: what has been said so far (RFC 5321, 3.3). */
public final class Transaction implements SmtpState, AutoCloseable {
  /** About what is kept of an address that a recipient comes to, beside the first. */
  private static final int OCTETS_A_TARGET = 200;

  private final ReversePath sender;
  private final MailParameters parameters;
  private final Optional<Verp> verp;
  private final Notes notes;
  private final Map<Address, Expanded> recipients = new LinkedHashMap<>();
  private final List<Expanded> named = new ArrayList<>();
  private Pending pending;
  private int octets;
  private int targets;
  private int refused;
  private int overshoot;
  private @Nullable Content content;
  private @Nullable QueueId id;

  /**
   * Begins.
   *
   * @param verp how each recipient stands in the sender of his copy; empty where he does not
   * @param notes what has been found out for it
   * @param pending what the lists that were judged have left to later ones
   */
  public Transaction(
      ReversePath sender,
      MailParameters parameters,
      Optional<Verp> verp,
      Notes notes,
      Pending pending) {
    this.sender = sender;
    this.parameters = parameters;
    this.verp = verp;
    this.notes = notes;
    this.pending = pending;
  }

  public ReversePath sender() {
    return sender;
  }

  public MailParameters parameters() {
    return parameters;
  }

  /** Who has handed it in first, as the client says; empty where it does not. */
  String saslSender() {
    return parameters.saslSender().orElse("");
  }

  /** Its sender, for log lines. */
  String from() {
    return sender.toString();
  }

  /** Whether its addresses and header may be UTF-8 (RFC 6531). */
  boolean isUtf8() {
    return parameters.smtpUtf8();
  }

  /** What has been found out for it. */
  public Notes notes() {
    return notes;
  }

  /** What the lists that were judged before have left to later ones, and to the mail's way. */
  public Pending pending() {
    return pending;
  }

  /** What the lists for a recipient or the content have left; it holds for all of the mail. */
  public void left(Pending later) {
    pending = new Pending(pending.deferIfPermit(), later.consequences());
  }

  /** What is to be done with the mail. */
  public List<Consequence> consequences() {
    return pending.consequences();
  }

  /** Those that were taken, in their order. */
  public List<Expanded> recipients() {
    return List.copyOf(recipients.values());
  }

  /** Those that were taken, as often as they were named (RFC 2033, 4.2). */
  List<Expanded> named() {
    return List.copyOf(named);
  }

  /** How many were taken. */
  public int count() {
    return recipients.size();
  }

  /** How often recipients were named that were taken; each time counts against the limit. */
  public int namings() {
    return named.size();
  }

  /** Takes one; the same address twice is one recipient, the first word on it counts. */
  public void add(Expanded taken) {
    Recipient who = taken.recipient();
    Expanded recipient =
        verp.map(how -> taken.from(how.sender(sender, who.address()))).orElse(taken);
    Expanded first = recipients.putIfAbsent(who.address(), recipient);
    named.add(first == null ? recipient : first);
    if (first == null) {
      targets += recipient.targets().size();
      octets +=
          (recipient.targets().size() - 1) * OCTETS_A_TARGET
              + who.address().localPart().length()
              + who.address().domain().name().length()
              + who.original().map(String::length).orElse(0);
    }
  }

  /** The mail's name for log lines, from when its first recipient is taken. */
  String name() {
    return id == null ? "NOQUEUE" : id.toString();
  }

  /** The same; empty before that. */
  Optional<QueueId> id() {
    return Optional.ofNullable(id);
  }

  /** The mail's name; made here where it has none yet. */
  public QueueId id(Supplier<QueueId> ids) {
    QueueId known = id == null ? ids.get() : id;
    id = known;
    return known;
  }

  /** How many addresses its recipients come to. */
  public int targets() {
    return targets;
  }

  /** About how many octets the recipients are. */
  public int octets() {
    int all = octets;
    for (Consequence each : pending.consequences()) {
      all += each.toString().length();
    }
    return all;
  }

  /** One was refused. */
  public void refused() {
    refused++;
  }

  /** Whether any was refused. */
  public boolean hasRefused() {
    return refused > 0;
  }

  /** One more beyond the limit; gives how many there were. */
  public int overshoot() {
    return ++overshoot;
  }

  /** What has come of its content. */
  interface Content extends AutoCloseable {

    /** How many octets have come. */
    long size();

    @Override
    void close();
  }

  /** How long the mail is, or will be, as far as anybody has said; else 0. */
  long size() {
    return content == null ? parameters.size() : content.size();
  }

  /** Whether content has begun to come. */
  public boolean isReceiving() {
    return content != null;
  }

  /** What has come of its content, if it has begun. */
  <C extends Content> Optional<C> content(Class<C> kind) {
    return Optional.ofNullable(content).map(kind::cast);
  }

  void content(Content begun) {
    content = begun;
  }

  Envelope envelope() {
    List<Recipient> wished = new ArrayList<>(recipients.size());
    for (Expanded each : recipients.values()) {
      wished.add(each.recipient());
    }
    return new Envelope(
        sender,
        wished,
        parameters.body(),
        parameters.smtpUtf8(),
        parameters.envelopeId(),
        parameters.fullReturn(),
        parameters.requiresTls());
  }

  @Override
  public void close() {
    if (content != null) {
      content.close();
    }
  }
}
