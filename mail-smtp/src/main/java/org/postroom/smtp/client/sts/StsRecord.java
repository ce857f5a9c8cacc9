package org.postroom.smtp.client.sts;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * That a domain has a policy, and which version of it, as TXT of {@code _mta-sts.} and its name
 * says (RFC 8461, 3.1).
 *
 * @param id changes with the policy: 1 to 32 letters and digits
 */
record StsRecord(String id) {
  private static final String VERSION = "v=STSv1";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,32}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");

  StsRecord {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("no id of a policy: " + id);
    }
  }

  /**
   * What the texts of a name say. Empty where none of them is a record or more than one is: then
   * there is no policy, as far as the DNS says.
   */
  static Optional<StsRecord> of(List<String> texts) {
    List<String> records = texts.stream().filter(StsRecord::isRecord).toList();
    return records.size() == 1 ? parse(records.get(0)) : Optional.empty();
  }

  private static boolean isRecord(String text) {
    return text.startsWith(VERSION)
        && text.substring(VERSION.length()).stripLeading().startsWith(";");
  }

  private static Optional<StsRecord> parse(String text) {
    String id = "";
    String[] fields = text.split(";", -1);
    for (int i = 1; i < fields.length; i++) {
      String field = trimmed(fields[i]);
      if (field.isEmpty() && i == fields.length - 1) {
        break; // what stands behind the last one ends it, and begins none
      }
      int equals = field.indexOf('=');
      String name = equals < 0 ? "" : trimmed(field.substring(0, equals));
      if (!NAME.matcher(name).matches()) {
        return Optional.empty();
      }
      if (name.equals("id")) {
        if (!id.isEmpty()) {
          return Optional.empty();
        }
        id = trimmed(field.substring(equals + 1));
      }
    }
    return ID.matcher(id).matches() ? Optional.of(new StsRecord(id)) : Optional.empty();
  }

  private static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
