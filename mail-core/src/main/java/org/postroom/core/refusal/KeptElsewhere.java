package org.postroom.core.refusal;

/**
 * What was to be changed is kept by a source that is only asked. Trying again does not help: it is
 * to be changed there.
 */
public final class KeptElsewhere extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KeptElsewhere(String what) {
    super(what);
  }
}
