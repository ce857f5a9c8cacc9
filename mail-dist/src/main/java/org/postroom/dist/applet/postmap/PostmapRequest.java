package org.postroom.dist.applet.postmap;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.table.TableText.Form;

/**
 * What postmap(1) or postalias(1) was called with.
 *
 * @param form that of postalias's tables is aliases(5)
 * @param options letters of those without a value
 * @param query the key that is looked up; {@code -} for those on standard input
 * @param delete the key whose entries go; {@code -} for those on standard input
 * @param tables {@code type:name}, or a file of the default type
 */
public record PostmapRequest(
    Form form,
    Set<Character> options,
    Optional<String> query,
    Optional<String> delete,
    List<String> tables) {
  static final String STANDARD_INPUT = "-";

  public PostmapRequest {
    options = Set.copyOf(options);
    tables = List.copyOf(tables);
  }

  boolean has(char option) {
    return options.contains(option);
  }

  /** What its messages begin with. */
  String command() {
    return isAliases() ? "postalias" : "postmap";
  }

  boolean isAliases() {
    return form == Form.ALIASES;
  }
}
