package org.postroom.core.wire;

import org.junit.jupiter.api.Nested;

/** By NIO, and by epoll where its native is present. */
class QuestionsTest {

  @Nested
  class ByNio extends QuestionsContract {
    ByNio() {
      super(false);
    }
  }

  @Nested
  class ByEpoll extends QuestionsContract {
    ByEpoll() {
      super(true);
    }
  }
}
