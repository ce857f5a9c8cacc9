package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postroom.core.restriction.Verdict;

final class DecisionTest {

  /** It is kept for hours; what asks on behalf of a session holds that session. */
  @Test
  void aRecordIsMadeOfValuesAlone() {
    Set<Class<?>> seen = new HashSet<>();
    Deque<Type> left = new ArrayDeque<>(Set.of(Decision.class));
    while (!left.isEmpty()) {
      Type type = left.pop();
      if (type instanceof ParameterizedType generic) {
        left.add(generic.getRawType());
        left.addAll(List.of(generic.getActualTypeArguments()));
      } else if (type instanceof Class<?> it && seen.add(it)) {
        for (RecordComponent part : it.isRecord() ? it.getRecordComponents() : NO_PARTS) {
          left.add(part.getGenericType());
        }
        if (it.isSealed()) {
          left.addAll(List.of(it.getPermittedSubclasses()));
        }
      }
    }

    assertThat(seen)
        .contains(Decision.Step.class, Decision.About.class, Verdict.Reject.class)
        .doesNotContain(
            PolicyContext.class, PolicyContext.Client.class, Directory.class, ClientNames.class)
        .allMatch(
            type ->
                type.isRecord()
                    || type.isSealed()
                    || type.isEnum()
                    || type.isPrimitive()
                    || !type.isInterface()
                    || type.getPackageName().equals("java.util"),
            "a value, or a collection of values");
  }

  private static final RecordComponent[] NO_PARTS = {};
}
