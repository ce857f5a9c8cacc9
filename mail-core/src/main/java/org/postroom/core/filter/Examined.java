package org.postroom.core.filter;

import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.Staging;
import org.postroom.core.mail.Submission;

/** A mail, as filters see it. */
public final class Examined {
  private final Submission mail;
  private final List<Address> targets;
  private final Staging staging;
  private final long most;

  /**
   * For one filter.
   *
   * @param targets the addresses that its recipients come to
   * @param staging where edited content lies
   * @param most octets of edited content; 0 for any
   */
  Examined(Submission mail, List<Address> targets, Staging staging, long most) {
    this.mail = mail;
    this.targets = List.copyOf(targets);
    this.staging = staging;
    this.most = most;
  }

  /** What it will be called. */
  public QueueId id() {
    return mail.id();
  }

  /** How it came. */
  public Origin origin() {
    return mail.origin();
  }

  /** Where it came from. */
  public Submission.Client client() {
    return mail.client();
  }

  /** Who sends and who receives, as the client said. */
  public Envelope envelope() {
    return mail.envelope();
  }

  /** The addresses that its recipients come to. */
  public List<Address> targets() {
    return targets;
  }

  /** Its octets, the Received header of this hop in front, and their structure. */
  public StagedContent content() {
    return mail.content();
  }

  /**
   * Begins to edit the content; the caller closes it, or finishes it.
   *
   * @throws org.postroom.core.mail.StorageFull when there is no room for it now
   */
  public ContentEdit edit() {
    return new ContentEdit(mail.content(), staging.open(mail.content().size()), most);
  }
}
