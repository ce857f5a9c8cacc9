package org.postroom.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postroom.core.memo.Memo;
import org.postroom.core.memo.MemoStore;

/** What every {@link MemoStore} does. */
public abstract class MemoStoreContract {
  private static final Instant LATER = Instant.parse("2026-04-01T08:00:00.123Z");

  /** An empty one. */
  protected abstract MemoStore memos();

  private static Memo memo(String name, String text) {
    return new Memo(name, text, LATER);
  }

  @Test
  void hasOneMemoForEachKindAndName() {
    MemoStore memos = memos();

    memos.keep("policy", memo("example.org", "first"));
    memos.keep("policy", memo("example.net", "other"));
    memos.keep("count", memo("example.org", "7"));
    memos.keep("policy", memo("example.org", "second"));

    assertThat(memos.find("policy", "example.org")).contains(memo("example.org", "second"));
    assertThat(memos.find("policy", "example.net")).contains(memo("example.net", "other"));
    assertThat(memos.find("count", "example.org")).contains(memo("example.org", "7"));
    assertThat(memos.find("count", "example.net")).isEmpty();
    assertThat(memos.find("policy", "EXAMPLE.org")).isEmpty();
  }

  @Test
  void forgetsByNameAndByTime() {
    MemoStore memos = memos();
    memos.keep("a", new Memo("one", "1", LATER));
    memos.keep("a", new Memo("two", "2", LATER.plusMillis(1)));
    memos.keep("b", new Memo("one", "3", LATER));
    memos.keep("b", new Memo("three", "4", LATER));

    memos.forget("b", "three");
    memos.forget("b", "nobody");
    int tooEarly = memos.forgetExpired("a", LATER.minusMillis(1));
    int expired = memos.forgetExpired("a", LATER);

    assertThat(tooEarly).isZero();
    assertThat(expired).isEqualTo(1);
    assertThat(memos.page("a", "", 9)).extracting(Memo::name).containsExactly("two");
    assertThat(memos.page("b", "", 9)).extracting(Memo::name).containsExactly("one");
  }

  @Test
  void pagesByName() {
    MemoStore memos = memos();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String name = String.format("%02d.test", i * 7 % 25);
      memos.keep("x", memo(name, "t"));
      memos.keep("y", memo(name, "t"));
      names.add(name);
    }
    names.sort(null);

    List<String> found = new ArrayList<>();
    for (List<Memo> page = memos.page("x", "", 10);
        !page.isEmpty();
        page = memos.page("x", page.get(page.size() - 1).name(), 10)) {
      assertThat(page).hasSizeLessThanOrEqualTo(10);
      page.forEach(one -> found.add(one.name()));
    }

    assertThat(found).isEqualTo(names);
  }

  @Test
  void keepsWhatIsLongAndOdd() {
    MemoStore memos = memos();
    String name = "n".repeat(Memo.LONGEST_NAME);
    String text = "\u00fc\u20ac\r\n'\"\\%".repeat(Memo.LONGEST_TEXT / 8);

    memos.keep("x", new Memo(name, text, LATER.plus(Duration.ofDays(400))));

    assertThat(memos.find("x", name).orElseThrow().text()).isEqualTo(text);
  }

  @Test
  void whatIsTooLongIsNoMemo() {
    assertThatThrownBy(() -> memo("n".repeat(Memo.LONGEST_NAME + 1), ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> memo("n", "t".repeat(Memo.LONGEST_TEXT + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> memo("a b", "")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> memo("a", "\0")).isInstanceOf(IllegalArgumentException.class);
  }
}
