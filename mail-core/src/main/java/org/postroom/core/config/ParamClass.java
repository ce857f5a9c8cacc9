package org.postroom.core.config;

/** What we do with a parameter that we recognise: nothing is ignored without a word. */
public enum ParamClass {
  /** Acted upon. */
  IMPLEMENTED,
  /** Without meaning here by construction: nothing is said. */
  SILENT,
  /** Without effect here, though an administrator might expect one: a note. */
  NO_EFFECT,
  /** Acted upon in part or differently: a warning at each start. */
  PARTIAL,
  /**
   * Ignoring it would change who may send, where mail goes or who may read it: a value other than
   * the default refuses the start, unless the name is in {@code accept_unsupported_parameters}.
   */
  REFUSED
}
