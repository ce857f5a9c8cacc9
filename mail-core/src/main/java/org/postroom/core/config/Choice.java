package org.postroom.core.config;

/**
 * An enum constant whose spelling in a configuration is not its name in lower case with hyphens.
 */
public interface Choice {

  /** As an administrator writes it; may be empty. */
  String spelling();
}
