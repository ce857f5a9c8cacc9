package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;

/**
 * One mail on its way in, from the first octet of its content to the answer that says whose it is
 * now: what all doors have in common. Whatever is wrong with the content, all of it may be written,
 * and what is wrong is said at its end. One thread at a time.
 */
public final class Intake implements AutoCloseable {
  /** What is said of a mail that is larger than may be. */
  public static final Handover.Refused TOO_BIG =
      new Handover.Refused(
          new Verdict.Reject(552, "5.3.4", "Error: message file too big"),
          FlowParams.MESSAGE_SIZE.name());

  private static final Handover.Refused LOOPS =
      new Handover.Refused(
          new Verdict.Reject(554, "5.4.6", "Error: too many hops"), FlowParams.HOPS.name());

  /** Somebody's mailbox went while the mail came; who sends it again hears whose. */
  private static final Handover.Refused GONE =
      new Handover.Refused(
          new Verdict.Reject(451, "4.3.0", "Error: a recipient's mailbox is not there any more"),
          "mailbox");

  private final Entrance entrance;
  private final Arriving mail;
  private final ArrivingContent content;
  private long size;

  Intake(Entrance entrance, Arriving mail, ArrivingContent content) {
    this.entrance = entrance;
    this.mail = mail;
    this.content = content;
  }

  /** What was known of it before its content came. */
  public Arriving mail() {
    return mail;
  }

  /**
   * Takes octets, with line ends of CRLF; the array is used again afterwards. May wait for a table,
   * or a disk, unless {@link #takesAtOnce} says otherwise.
   */
  public void write(byte[] octets, int offset, int length) {
    content.write(octets, offset, length);
  }

  /** Whether so many octets more can be taken without waiting. */
  public boolean takesAtOnce(int octets) {
    return content.takesAtOnce(octets);
  }

  /** Whether more came than may: what follows is of no use any more. */
  public boolean isTooBig() {
    return content.tooBig();
  }

  /**
   * The content is whole: has the mail looked into and takes responsibility for it, as {@link
   * MailFlow#accept} does.
   *
   * @param recipients those of the envelope, as they were expanded
   * @param decided what was decided about the mail and is not done yet
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now
   * @throws org.postroom.core.refusal.StorageUnavailable when it cannot be kept now
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public Handover finish(List<Expanded> recipients, List<Consequence> decided) {
    if (content.tooBig()) {
      return TOO_BIG;
    }
    if (content.hops() > entrance.settings().get(FlowParams.HOPS)) {
      return LOOPS;
    }
    try (StagedContent whole = content.finish()) {
      size = whole.size();
      return entrance.flow().accept(mail.with(whole), recipients, entrance.wishes().and(decided));
    } catch (OverQuota e) {
      return MailboxFull.by(entrance.settings()).ofMail();
    } catch (MailboxNotFound e) {
      return GONE;
    }
  }

  /** How many octets have come so far. */
  public long arrived() {
    return content.size();
  }

  /** How many octets it has, ours in front included; once it has {@linkplain #finish ended}. */
  public long size() {
    return size;
  }

  /** What its Message-ID field says; empty when there is none. */
  public String messageId() {
    return content.messageId();
  }

  @Override
  public void close() {
    content.close();
  }
}
