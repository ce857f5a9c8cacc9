package org.postroom.core.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One part of a message: what its header says, and where its header and body lie, in octets from
 * the start of the whole message. The body follows the header directly.
 *
 * @param type as written; never empty
 * @param subtype as written; may be empty
 * @param encoding as written; {@code 7bit} when there was none
 * @param lines line ends in the body
 * @param children the parts of a multipart, at least one; else empty
 */
public record MimePart(
    Octets type,
    Octets subtype,
    List<MimeParameter> parameters,
    @Nullable Octets idOrNull,
    @Nullable Octets descriptionOrNull,
    Octets encoding,
    @Nullable Octets md5OrNull,
    @Nullable Octets dispositionOrNull,
    List<MimeParameter> dispositionParameters,
    List<Octets> languages,
    @Nullable Octets locationOrNull,
    long headerOffset,
    long headerLength,
    long bodyLength,
    long lines,
    List<MimePart> children,
    @Nullable EmbeddedMessage embeddedOrNull) {

  /** Copies the lists. */
  public MimePart {
    parameters = List.copyOf(parameters);
    dispositionParameters = List.copyOf(dispositionParameters);
    languages = List.copyOf(languages);
    children = List.copyOf(children);
  }

  public Optional<Octets> id() {
    return Optional.ofNullable(idOrNull);
  }

  public Optional<Octets> description() {
    return Optional.ofNullable(descriptionOrNull);
  }

  public Optional<Octets> md5() {
    return Optional.ofNullable(md5OrNull);
  }

  public Optional<Octets> disposition() {
    return Optional.ofNullable(dispositionOrNull);
  }

  public Optional<Octets> location() {
    return Optional.ofNullable(locationOrNull);
  }

  /** The message in a message/rfc822 or message/global part that was split. */
  public Optional<EmbeddedMessage> embedded() {
    return Optional.ofNullable(embeddedOrNull);
  }

  /** Octets from the start of the whole message to the body. */
  public long bodyOffset() {
    return headerOffset + headerLength;
  }

  /** Octets of header and body. */
  public long length() {
    return headerLength + bodyLength;
  }

  public boolean isMultipart() {
    return !children.isEmpty();
  }

  public boolean isText() {
    return type.equalsIgnoreCase("text");
  }

  /** A parameter of Content-Type, by its name in any case. */
  public Optional<Octets> parameter(String name) {
    for (MimeParameter p : parameters) {
      if (p.name().equalsIgnoreCase(name)) {
        return Optional.of(p.value());
      }
    }
    return Optional.empty();
  }

  /** The same part with {@code by} octets more in front of the message; its depth is bounded. */
  MimePart moved(long by) {
    return with(headerOffset + by, headerLength, by);
  }

  /** The root of the same message with {@code by} octets more at the start of its header. */
  MimePart grown(long by) {
    return with(headerOffset, headerLength + by, by);
  }

  private MimePart with(long offset, long header, long by) {
    List<MimePart> moved = new ArrayList<>(children.size());
    for (MimePart child : children) {
      moved.add(child.moved(by));
    }
    EmbeddedMessage inner =
        embeddedOrNull == null
            ? null
            : new EmbeddedMessage(embeddedOrNull.envelope(), embeddedOrNull.root().moved(by));
    return new MimePart(
        type,
        subtype,
        parameters,
        idOrNull,
        descriptionOrNull,
        encoding,
        md5OrNull,
        dispositionOrNull,
        dispositionParameters,
        languages,
        locationOrNull,
        offset,
        header,
        bodyLength,
        lines,
        moved,
        inner);
  }
}
