package org.postroom.pop3.protocol;

/** Why something failed, for programs (RFC 2449, 8; RFC 3206). */
public enum ResponseCode {
  NONE(""),
  AUTH("[AUTH] "),
  SYS_TEMP("[SYS/TEMP] "),
  SYS_PERM("[SYS/PERM] "),
  IN_USE("[IN-USE] ");

  private final String prefix;

  ResponseCode(String prefix) {
    this.prefix = prefix;
  }

  /** As it stands behind {@code -ERR}. */
  String prefix() {
    return prefix;
  }
}
