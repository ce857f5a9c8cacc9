package org.postroom.core.config;

/**
 * A parameter's text is not what its type asks for. The message says what was expected or what is
 * wrong; the file, line, name and value are added where it ends, in {@link Settings}.
 */
public final class BadValue extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String reason;

  /**
   * @param reason empty where "expected" and the name of the type say it all
   */
  public BadValue(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
