package org.postroom.core.policy;

/** What a domain is to us; each belongs to exactly one class, the first that it matches. */
public enum AddressClass {
  LOCAL,
  VIRTUAL_ALIAS,
  VIRTUAL_MAILBOX,
  RELAY,
  REMOTE;

  /** Whether strangers may send there. */
  public boolean isOurs() {
    return this != REMOTE;
  }
}
