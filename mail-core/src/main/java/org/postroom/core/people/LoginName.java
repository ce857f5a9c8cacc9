package org.postroom.core.people;

import java.util.Locale;
import org.postroom.core.address.Domain;

/** What accounts are found by: the one spelling of a name that people type in many. */
public final class LoginName {
  private LoginName() {}

  /**
   * In lower case, and what stands behind the last {@code @} as {@link Domain#spelled} has it, so
   * that {@code Ada@Bücher.example} and {@code ada@xn--bcher-kva.example} are one account. Any text
   * is a name; of which there is no account, that is for the store to say.
   */
  public static String of(String typed) {
    int at = typed.lastIndexOf('@');
    return at < 0
        ? typed.toLowerCase(Locale.ROOT)
        : typed.substring(0, at + 1).toLowerCase(Locale.ROOT)
            + Domain.spelled(typed.substring(at + 1));
  }
}
