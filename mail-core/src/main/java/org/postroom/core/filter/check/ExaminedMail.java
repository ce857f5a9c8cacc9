package org.postroom.core.filter.check;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.arrival.Submission;
import org.postroom.core.filter.Examined;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mime.MimeParameter;
import org.postroom.core.mime.MimePart;

/** A mail in the station, for one filter. */
final class ExaminedMail implements Examined {
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
  ExaminedMail(Submission mail, List<Address> targets, Staging staging, long most) {
    this.mail = mail;
    this.targets = List.copyOf(targets);
    this.staging = staging;
    this.most = most;
  }

  @Override
  public QueueId id() {
    return mail.id();
  }

  @Override
  public Origin origin() {
    return mail.origin();
  }

  @Override
  public InetAddress address() {
    return mail.client().address();
  }

  @Override
  public Optional<String> login() {
    return mail.client().login();
  }

  @Override
  public Envelope envelope() {
    return mail.envelope();
  }

  @Override
  public List<Address> targets() {
    return targets;
  }

  @Override
  public StagedContent content() {
    return mail.content();
  }

  @Override
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    add(content().structure().root(), parts);
    return List.copyOf(parts);
  }

  /** How deep it goes is bounded where the structure is found. */
  private void add(MimePart part, List<Part> to) {
    to.add(
        new Part(
            part.type().latin1().toLowerCase(Locale.ROOT),
            part.subtype().latin1().toLowerCase(Locale.ROOT),
            name(part.dispositionParameters(), "filename")
                .or(() -> name(part.parameters(), "name"))
                .orElse(""),
            part.encoding().latin1().toLowerCase(Locale.ROOT),
            new Body(content(), part.bodyOffset(), part.bodyLength())));
    part.children().forEach(child -> add(child, to));
    part.embedded().ifPresent(message -> add(message.root(), to));
  }

  private static Optional<String> name(List<MimeParameter> among, String name) {
    return among.stream().filter(one -> one.isNamed(name)).findFirst().map(MimeParameter::text);
  }

  @Override
  public StagedEdit edit() {
    return new StagedEdit(mail.content(), staging.open(mail.content().size()), most);
  }

  /** Octets in the middle of a content. */
  private record Body(Content whole, long from, long size) implements Content {
    @Override
    public int read(long position, ByteBuffer target) {
      long left = Math.max(0, size - position);
      if (left >= target.remaining()) {
        return whole.read(from + position, target);
      }
      if (left == 0) {
        return 0;
      }
      int limit = target.limit();
      target.limit(target.position() + (int) left);
      try {
        return whole.read(from + position, target);
      } finally {
        target.limit(limit);
      }
    }
  }
}
