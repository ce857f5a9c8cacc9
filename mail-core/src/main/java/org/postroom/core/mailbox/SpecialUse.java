package org.postroom.core.mailbox;

/** What a mailbox is for (RFC 6154). */
public enum SpecialUse {
  ARCHIVE("\\Archive"),
  DRAFTS("\\Drafts"),
  JUNK("\\Junk"),
  SENT("\\Sent"),
  TRASH("\\Trash");

  private final String attribute;

  SpecialUse(String attribute) {
    this.attribute = attribute;
  }

  /** As LIST shows it. */
  public String attribute() {
    return attribute;
  }
}
