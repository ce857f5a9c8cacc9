package org.postroom.dist.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;

/**
 * What is said on the socket, one frame each way; behind a question that has content come its
 * {@link Pieces}.
 *
 * <pre>
 * {"version": 1, "operation": "user-list", "question": {}}
 * {"version": 1, "answer": {"logins": ["ada@example.org"]}}
 * {"version": 1, "refused": {"kind": "REQUEST", "reasons": ["there is no account eve"]}}
 * </pre>
 */
final class Dialogue {
  /** Raised when what is said changes its meaning; a server speaks one version. */
  static final long VERSION = 1;

  static final int LONGEST_QUESTION = 1 << 20;
  static final int LONGEST_ANSWER = 16 << 20;

  private Dialogue() {}

  /** A question as it came. */
  record Question(String operation, @Nullable Object question) {}

  /** What a refusal says. */
  record Refusal(String kind, List<String> reasons) {}

  static byte[] question(String operation, Record question) {
    Map<String, @Nullable Object> said = said();
    said.put("operation", operation);
    said.put("question", Records.toJson(question));
    return Json.write(said);
  }

  /**
   * @throws Json.Malformed when it is none
   */
  static Question question(byte[] frame) {
    Map<?, ?> members = members(frame);
    if (members.get("operation") instanceof String operation && members.size() == 3) {
      return new Question(operation, members.get("question"));
    }
    throw new Json.Malformed("expected version, operation and question");
  }

  static byte[] answer(Record answer) {
    Map<String, @Nullable Object> said = said();
    said.put("answer", Records.toJson(answer));
    return Json.write(said);
  }

  static byte[] refusal(OperationRefused refused) {
    Map<String, @Nullable Object> said = said();
    said.put("refused", Records.toJson(new Refusal(refused.kind().name(), refused.reasons())));
    return Json.write(said);
  }

  /**
   * @throws OperationRefused when it is a refusal
   * @throws Json.Malformed when it is neither
   */
  static <A extends Record> A answer(byte[] frame, Class<A> type) {
    Map<?, ?> members = members(frame);
    if (members.containsKey("refused")) {
      Refusal refusal = Records.of(Refusal.class, members.get("refused"));
      throw new OperationRefused(kind(refusal.kind()), refusal.reasons());
    }
    return Records.of(type, members.get("answer"));
  }

  private static Kind kind(String name) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(name)) {
        return kind;
      }
    }
    return Kind.INTERNAL;
  }

  private static Map<?, ?> members(byte[] frame) {
    if (!(Json.read(frame) instanceof Map<?, ?> members)) {
      throw new Json.Malformed("expected an object");
    }
    if (!Long.valueOf(VERSION).equals(members.get("version"))) {
      throw new Json.Malformed(
          "version " + members.get("version") + " is not spoken here; version " + VERSION + " is");
    }
    return members;
  }

  private static Map<String, @Nullable Object> said() {
    Map<String, @Nullable Object> said = new LinkedHashMap<>();
    said.put("version", VERSION);
    return said;
  }
}
