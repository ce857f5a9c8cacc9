package org.postroom.core.transcript;

import org.opentest4j.TestAbortedException;

/**
 * What a transcript says cannot be on this stage, so it is left out here: reported as such, with
 * the reason, and never passed over in silence.
 */
public final class LeftOut extends TestAbortedException {
  private static final long serialVersionUID = 1L;

  public LeftOut(String reason) {
    super(reason);
  }
}
