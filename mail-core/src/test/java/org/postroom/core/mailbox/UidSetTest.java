package org.postroom.core.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class UidSetTest {

  @Test
  void behavesLikeATreeSet() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      TreeSet<Long> a = randomUids(random);
      TreeSet<Long> b = randomUids(random);
      UidSet left = setOf(a);
      UidSet right = setOf(b);

      assertThat(left.stream().boxed().toList()).containsExactlyElementsOf(a);
      assertThat(left.union(right).stream().boxed().toList()).containsExactlyElementsOf(with(a, b));
      assertThat(left.minus(right).stream().boxed().toList())
          .containsExactlyElementsOf(without(a, b));
      assertThat(left.intersect(right)).isEqualTo(left.minus(left.minus(right)));
      int place = 1;
      for (long uid : a) {
        assertThat(left.nth(place)).isEqualTo(uid);
        assertThat(left.indexOf(uid)).isEqualTo(place);
        assertThat(left.countUpTo(uid)).isEqualTo(place++);
      }
      for (long uid = 1; uid < 70; uid++) {
        assertThat(left.contains(uid)).isEqualTo(a.contains(uid));
        assertThat(left.countUpTo(uid)).isEqualTo(a.headSet(uid, true).size());
      }
    }
  }

  @Test
  void countsUidsAsUnsignedNumbers() {
    UidSet set = UidSet.of(1, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL);

    assertThat(set.runs()).isEqualTo(3);
    assertThat(set.max()).isEqualTo(4294967295L);
    assertThat(set.nth(3)).isEqualTo(0x8000_0000L);
    assertThat(set.indexOf(0xFFFF_FFFFL)).isEqualTo(4);
    assertThat(set).hasToString("1,2147483647:2147483648,4294967295");
  }

  @Test
  void refusesWhatIsNoUid() {
    assertThatThrownBy(() -> UidSet.of(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> UidSet.range(1, 1L << 32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> UidSet.EMPTY.nth(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static TreeSet<Long> randomUids(Random random) {
    TreeSet<Long> uids = new TreeSet<>();
    int count = random.nextInt(40);
    for (int i = 0; i < count; i++) {
      uids.add(1L + random.nextInt(60));
    }
    return uids;
  }

  private static UidSet setOf(TreeSet<Long> uids) {
    return UidSet.of(uids.stream().mapToLong(Long::longValue).toArray());
  }

  private static TreeSet<Long> with(TreeSet<Long> a, TreeSet<Long> b) {
    TreeSet<Long> all = new TreeSet<>(a);
    all.addAll(b);
    return all;
  }

  private static TreeSet<Long> without(TreeSet<Long> a, TreeSet<Long> b) {
    TreeSet<Long> rest = new TreeSet<>(a);
    rest.removeAll(b);
    return rest;
  }
}
