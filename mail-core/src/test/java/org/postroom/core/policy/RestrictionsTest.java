package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

final class RestrictionsTest {

  @Test
  void everyNameHasItsRow() {
    assertThat(Restrictions.described())
        .extracting(Restrictions.Described::name)
        .containsExactlyElementsOf(Restrictions.NAMES)
        .doesNotHaveDuplicates();
    assertThat(Restrictions.NAMES)
        .allSatisfy(
            name ->
                assertThat(Restrictions.named(name.toUpperCase(Locale.ROOT)).orElseThrow().name())
                    .isEqualTo(name));
  }
}
