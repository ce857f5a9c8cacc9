package org.postroom.dist.answer;

import java.util.List;

/** An operation was not done, with the reasons. Whether asking again helps, the kind says. */
public final class OperationRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final List<String> reasons;

  /** Why. */
  public enum Kind {
    /** What was asked for cannot be done: there is no such account, say. */
    REQUEST,
    /** The configuration is not good; the reasons say where. */
    CONFIGURATION,
    /** Who asks may not. */
    NOT_ALLOWED,
    /** An address cannot be had, or the store does not answer: later perhaps. */
    UNAVAILABLE,
    /** No server runs there. */
    NO_SERVER,
    /** The server has a fault; its log says more. */
    INTERNAL
  }

  /**
   * @param reasons at least one, each one line
   */
  public OperationRefused(Kind kind, List<String> reasons) {
    super(String.join("\n", reasons));
    this.kind = kind;
    this.reasons = List.copyOf(reasons);
  }

  public OperationRefused(Kind kind, String reason) {
    this(kind, List.of(reason));
  }

  public Kind kind() {
    return kind;
  }

  /** One line each. */
  public List<String> reasons() {
    return reasons;
  }
}
