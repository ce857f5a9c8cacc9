package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.UidSet;

/** Pages that sleep say the same as those that are awake. */
class MessagesTest {
  private static final int PAGE = 1 << Page.SHIFT;

  /** What a mailbox holds, in the plainest form: flags by UID, with the internal bits. */
  private final TreeMap<Long, Long> plain = new TreeMap<>();

  private Messages messages = Messages.NONE;
  private long next = 1;
  private long modSeq = 1;

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      Page page = messages.pageOf(next);
      Page.Draft draft = (page == null ? Page.empty(Page.indexOf(next)) : page).draft(1);
      draft.add(next, next % 3 == 0 ? Flags.SEEN : 0, Wide.NONE, 100, ++modSeq);
      messages = messages.with(draft.build());
      plain.put(next, next % 3 == 0 ? Flags.SEEN : 0L);
      next++;
    }
  }

  private void expunge(long uid) {
    Page page = messages.pageOf(uid);
    Page.Draft draft = page.draft(0);
    draft.expunge(page.find(uid), false, ++modSeq);
    messages = messages.with(draft.build());
    plain.merge(uid, Page.EXPUNGED, (flags, gone) -> flags | gone);
  }

  private void purge(long uid) {
    Page page = messages.pageOf(uid);
    boolean[] gone = new boolean[page.count()];
    gone[page.find(uid)] = true;
    messages = messages.with(page.without(gone));
    plain.remove(uid);
  }

  private static boolean isLive(Map.Entry<Long, Long> entry) {
    return (entry.getValue() & Page.EXPUNGED) == 0;
  }

  private void assertSaysTheSame() {
    assertThat(messages.live().stream().boxed().toList())
        .isEqualTo(
            plain.entrySet().stream().filter(MessagesTest::isLive).map(Map.Entry::getKey).toList());
    assertThat(messages.firstUnseen())
        .isEqualTo(
            plain.entrySet().stream()
                .filter(MessagesTest::isLive)
                .filter(entry -> (entry.getValue() & Flags.SEEN) == 0)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(0L));
    List<Long> seen = new ArrayList<>();
    messages.forEach(
        UidSet.of(
            plain.keySet().stream().mapToLong(uid -> uid).filter(uid -> uid % 2 == 0).toArray()),
        (page, entry) -> seen.add(page.uid(entry)));
    assertThat(seen).isEqualTo(plain.keySet().stream().filter(uid -> uid % 2 == 0).toList());
    long octets = 64 + 8L * messages.count();
    for (int i = 0; i < messages.count(); i++) {
      octets += messages.page(i).octets();
    }
    assertThat(messages.octets()).isEqualTo(octets);
  }

  @RepeatedTest(20)
  void saysTheSameWhateverHappens(RepetitionInfo run) {
    Random random = new Random(run.getCurrentRepetition());
    for (int step = 0; step < 60; step++) {
      add(random.nextInt(60));
      List<Long> uids = new ArrayList<>(plain.keySet());
      for (long uid : uids) {
        boolean live = (plain.get(uid) & Page.EXPUNGED) == 0;
        if (live && random.nextInt(3) > 0) {
          expunge(uid);
        } else if (!live && random.nextInt(200) == 0) {
          purge(uid);
        }
      }
      assertSaysTheSame();
    }
  }

  @Test
  void whereNothingLivesAnyMoreLittleIsKept() {
    add(4 * PAGE);
    for (long uid = 1; uid < next; uid++) {
      expunge(uid);
    }
    add(1);

    assertThat(messages.page(0)).isInstanceOf(DormantPage.class);
    assertThat(messages.page(3)).isInstanceOf(DormantPage.class);
    assertThat(messages.page(4)).isInstanceOf(Page.class);
    assertThat(messages.page(1).octets()).isLessThan(messages.page(1).open().octets() / 3);
    assertThat(messages.page(1).encode()).isEqualTo(messages.page(1).open().encode());
    assertSaysTheSame();
  }
}
