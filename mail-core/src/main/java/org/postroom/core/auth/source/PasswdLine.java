package org.postroom.core.auth.source;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line of passwd(5), as systems and Dovecot have it: {@code
 * user:password:uid:gid:gecos:home:shell:extra}. Whatever stands behind the name may be missing.
 *
 * @param rest what stands behind the seventh colon, with all others
 */
record PasswdLine(String name, String password, String uid, String rest) {
  private static final int REST = 7;

  static PasswdLine parse(String line) {
    List<String> fields = List.of(line.split(":", REST + 1));
    return new PasswdLine(fields.get(0), field(fields, 1), field(fields, 2), field(fields, REST));
  }

  private static String field(List<String> fields, int index) {
    return index < fields.size() ? fields.get(index).strip() : "";
  }

  /** What stands last, as {@code key=value} and spaces between. */
  Map<String, String> extra() {
    Map<String, String> extra = new LinkedHashMap<>();
    for (String word : rest.strip().split("\\s+")) {
      int equals = word.indexOf('=');
      if (!word.isEmpty()) {
        extra.put(
            equals < 0 ? word : word.substring(0, equals),
            equals < 0 ? "yes" : word.substring(equals + 1));
      }
    }
    return extra;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return name;
  }
}
