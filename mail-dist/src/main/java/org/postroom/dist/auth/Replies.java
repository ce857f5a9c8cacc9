package org.postroom.dist.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postroom.core.wire.Output;

/** What is said to a server, a line each. */
record Replies(Output out) {

  /** A line of these fields. */
  void say(String... fields) {
    say(Arrays.asList(fields));
  }

  void ok(long id, String login) {
    say("OK", String.valueOf(id), "user=" + login);
  }

  /** The exchange goes on; {@code challenge} is base64, perhaps empty. */
  void cont(long id, String challenge) {
    say("CONT", String.valueOf(id), challenge);
  }

  /**
   * It is over.
   *
   * @param login who it was, as far as that was understood; may be empty
   * @param details what else there is to say, each a field
   */
  void fail(long id, String login, List<String> details) {
    List<String> fields = new ArrayList<>(List.of("FAIL", String.valueOf(id)));
    if (!login.isEmpty()) {
      fields.add("user=" + login);
    }
    fields.addAll(details);
    say(fields);
  }

  private void say(List<String> fields) {
    out.write(Fields.line(fields).getBytes(UTF_8));
  }
}
