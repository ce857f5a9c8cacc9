package org.postroom.testkit;

/** A part of a mail that is no text of its own: a file, or a picture that the text shows. */
public final class Attachment {
  private final String name;
  private final String type;
  private final String contentId;
  private final boolean inline;
  private final byte[] content;

  Attachment(String name, String type, String contentId, boolean inline, byte[] content) {
    this.name = name;
    this.type = type;
    this.contentId = contentId;
    this.inline = inline;
    this.content = content;
  }

  /** Its file name, decoded; empty when it has none. */
  public String name() {
    return name;
  }

  /** Such as {@code application/pdf}, in lower case. */
  public String type() {
    return type;
  }

  /** By which HTML refers to it, without angle brackets; empty when it has none. */
  public String contentId() {
    return contentId;
  }

  /** Whether it is shown with the text. */
  public boolean isInline() {
    return inline;
  }

  /** Its octets, decoded. */
  public byte[] content() {
    return content.clone();
  }

  @Override
  public String toString() {
    return (name.isEmpty() ? "unnamed" : name) + " (" + type + ", " + content.length + " octets)";
  }
}
