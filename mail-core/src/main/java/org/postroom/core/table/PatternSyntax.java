package org.postroom.core.table;

import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/** A kind of regular expressions, with its flags. */
interface PatternSyntax {

  /** Such as {@code regexp}, for what is said about a rule. */
  String name();

  /**
   * An expression with its flags, each of which turns something over.
   *
   * @throws UnknownFlag for a letter that is none
   * @throws BadValue or {@link java.util.regex.PatternSyntaxException} for what cannot be obeyed
   */
  Compiled compile(String text, String flags);

  /**
   * An expression that can be looked for.
   *
   * @param anchored only where the key begins
   */
  record Compiled(Pattern pattern, boolean anchored) {}

  /** The rule is passed over, as the compatible systems do. */
  final class UnknownFlag extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnknownFlag(String kind, char flag) {
      super("unknown " + kind + " option \"" + flag + "\"", null, false, false);
    }
  }
}
