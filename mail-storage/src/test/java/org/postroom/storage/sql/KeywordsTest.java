package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.KeywordList;
import org.postroom.core.mailbox.Mailbox;

/** Numbers of keywords, sets of them, and pages that hold such sets. */
class KeywordsTest {
  private static final long ALL_SYSTEM = Flags.SYSTEM;

  private static Keywords numbered(int count) {
    Keywords keywords = Keywords.NONE;
    for (int i = 0; i < count; i++) {
      keywords = keywords.with(new Keyword("k" + i));
    }
    return keywords;
  }

  private static Marks marks(int... numbers) {
    Marks marks = Marks.NONE;
    for (int number : numbers) {
      marks = marks.or(Marks.of(number));
    }
    return marks;
  }

  private static Marks marks(BitSet numbers) {
    return marks(numbers.stream().toArray());
  }

  private static BitSet numbers(Marks marks) {
    BitSet numbers = new BitSet();
    IntStream.range(0, Mailbox.MAX_KEYWORDS).filter(marks::has).forEach(numbers::set);
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 54, 55, 56, 63, 64, 65, 118, 119, 182, 183, 246, 247, 254, 255})
  void eachNumberIsAMarkOfItsOwn(int number) {
    Marks mark = Marks.of(number);

    assertThat(numbers(mark).stream()).containsExactly(number);
    assertThat(mark.wide().isEmpty()).isEqualTo(number < 55);
    assertThat(mark.word() & (ALL_SYSTEM | Page.EXPUNGED | Page.MOVED)).isZero();
    assertThat(mark.word()).isNotNegative();
    assertThat(numbered(256).names(mark)).containsExactly(new Keyword("k" + number));
    assertThat(numbered(256).find(new Keyword("K" + number))).isEqualTo(number);
    assertThat(mark.minus(mark)).isEqualTo(Marks.NONE);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256, 257, 311})
  void otherNumbersAreNone(int number) {
    assertThatThrownBy(() -> Marks.of(number)).isInstanceOf(IllegalArgumentException.class);
  }

  @RepeatedTest(20)
  void setsOfMarksAreSets(RepetitionInfo round) {
    Random random = new Random(round.getCurrentRepetition());
    BitSet one = BitSet.valueOf(new long[] {random.nextLong(), random.nextLong(), 0, 1L << 63});
    BitSet other = BitSet.valueOf(new long[] {random.nextLong(), 0, random.nextLong(), 1});
    BitSet or = (BitSet) one.clone();
    or.or(other);
    BitSet minus = (BitSet) one.clone();
    minus.andNot(other);

    assertThat(numbers(marks(one))).isEqualTo(one);
    assertThat(marks(one).or(marks(other))).isEqualTo(marks(or));
    assertThat(numbers(marks(one).minus(marks(other)))).isEqualTo(minus);
    assertThat(marks(one).meets(marks(other))).isEqualTo(one.intersects(other));
    assertThat(marks(minus).meets(marks(other))).isFalse();
  }

  @Test
  void freeNumbersAreGivenOutFirst() {
    Keywords some = numbered(60).only(marks(1, 3, 57));

    Keywords more = some.with(new Keyword("a")).with(new Keyword("b")).with(new Keyword("c"));

    assertThat(some.names()).extracting(Keyword::name).containsExactly("k1", "k3", "k57");
    assertThat(more.names())
        .extracting(Keyword::name)
        .containsExactly("a", "k1", "b", "k3", "c", "k57");
    assertThat(more.marks()).isEqualTo(marks(0, 1, 2, 3, 4, 57));
    assertThat(some.only(marks(1, 3, 57, 58))).isSameAs(some);
    assertThat(some.only(Marks.NONE)).isSameAs(Keywords.NONE);
  }

  @Test
  void theColumnSaysWhichNumbersAreFree() {
    for (Keywords keywords :
        List.of(
            Keywords.NONE,
            numbered(1),
            numbered(256),
            numbered(256).only(marks(0, 7, 255)),
            numbered(3).only(marks(2)))) {
      Keywords read = Keywords.of(keywords.column());

      assertThat(read.column()).isEqualTo(keywords.column());
      assertThat(read.names()).isEqualTo(keywords.names());
      assertThat(read.marks()).isEqualTo(keywords.marks());
    }
    assertThat(numbered(3).only(marks(0, 2)).column()).isEqualTo("k0  k2 ");
    assertThat(numbered(3).only(marks(0)).column()).isEqualTo("k0 ");
    // As earlier versions have written it.
    assertThat(Keywords.of("a b ").marks()).isEqualTo(marks(0, 1));
  }

  @Test
  void thereIsRoomForSoMany() {
    assertThat(numbered(255).hasRoom()).isTrue();
    assertThat(numbered(256).hasRoom()).isFalse();
    assertThat(numbered(256).only(marks(0)).hasRoom()).isTrue();
  }

  @Test
  void flagsAreNamedInTheOrderOfNumbers() {
    Keywords.Naming naming = numbered(256).naming();
    Marks marks = marks(255, 55, 0);

    Flags flags = naming.flags(Flags.SEEN | marks.word(), marks.wide());
    Flags again = naming.flags(Flags.SEEN | marks.word(), marks.wide());
    Flags plain = naming.flags(Flags.SEEN, Wide.NONE);

    assertThat(flags.keywords()).extracting(Keyword::name).containsExactly("k0", "k55", "k255");
    assertThat(flags.system()).isEqualTo(Flags.SEEN);
    assertThat(again).isSameAs(flags);
    assertThat(plain).isSameAs(Flags.of(Flags.SEEN));
  }

  /** A thousand messages' flags are held by who is told of a change, of hostile users, too. */
  @Test
  void namedFlagsHoldNoNamesOfTheirOwn() {
    Keywords keywords = numbered(256).only(marks(0, 3, 54, 55, 200, 255));
    Marks marks = marks(3, 54, 55, 100, 255);

    List<Keyword> named = keywords.naming().flags(marks.word(), marks.wide()).keywords();

    assertThat(named).isInstanceOf(KeywordList.class).hasSize(4).isNotEmpty();
    assertThat(named).extracting(Keyword::name).containsExactly("k3", "k54", "k55", "k255");
    assertThat(named).contains(new Keyword("K55")).doesNotContain(new Keyword("k0"));
    assertThat(named).doesNotContain(new Keyword("k100"), new Keyword("other"));
    assertThat(named.get(3)).isEqualTo(new Keyword("k255"));
    assertThat(List.copyOf(named)).isEqualTo(named).hasSameHashCodeAs(named);
    assertThat(new Flags(0, named).with(Flags.SEEN).keywords()).isSameAs(named);
    assertThat(new Flags(0, named)).isEqualTo(new Flags(0, List.copyOf(named)));
    assertThatThrownBy(() -> named.get(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> named.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(keywords.names(marks(1, 100))).isEmpty();
  }

  private static Page page(Marks... all) {
    Page.Draft draft = Page.empty(0).draft(0);
    for (int i = 0; i < all.length; i++) {
      draft.add(i + 1, Flags.SEEN | all[i].word(), all[i].wide(), 100 + i, 10 + i);
    }
    return draft.build();
  }

  private static Page reread(Page page) {
    return Page.decode(page.index(), page.encode());
  }

  private static List<Marks> marksOf(Page page) {
    List<Marks> all = new ArrayList<>();
    for (int i = 0; i < page.count(); i++) {
      all.add(Marks.of(page.flags(i), page.wide(i)));
    }
    return all;
  }

  @Test
  void aPageKeepsAllMarks() {
    Marks[] all = new Marks[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = i % 3 == 0 ? Marks.NONE : marks(i, 255 - i, i % 60);
    }
    Page page = page(all);

    assertThat(marksOf(page)).containsExactly(all);
    assertThat(marksOf(reread(page))).containsExactly(all);
    assertThat(reread(page).encode()).isEqualTo(page.encode());
    assertThat(reread(page).marks()).isEqualTo(page.marks());
    assertThat(page.marks()).isEqualTo(marksOf(page).stream().reduce(Marks.NONE, Marks::or));
    assertThat(page.flags(5) & Flags.SYSTEM).isEqualTo(Flags.SEEN);
  }

  @Test
  void aPageWithoutWideMarksIsAsItAlwaysWas() {
    Page page = page(marks(0), Marks.NONE, marks(54));

    assertThat(page.encode()[0]).isEqualTo((byte) 1);
    assertThat(page(marks(0), marks(55)).encode()[0]).isEqualTo((byte) 2);
    assertThat(page.octets()).isEqualTo(page(Marks.NONE, Marks.NONE, Marks.NONE).octets());
    assertThat(page.octets()).isLessThan(page(Marks.NONE, Marks.NONE, marks(55)).octets());
  }

  @Test
  void neighboursShareEqualMarks() {
    Page page = page(marks(60, 255), marks(60, 255), Marks.NONE, marks(60, 255), marks(60));

    assertThat(page.wide(1)).isSameAs(page.wide(0));
    assertThat(page.wide(3)).isSameAs(page.wide(0));
    assertThat(marksOf(page)).containsExactlyElementsOf(marksOf(reread(page)));
    assertThat(page.octets()).isEqualTo(reread(page).octets());
  }

  @Test
  void marksThatAreTakenAwayLeaveAPlainPage() {
    Page page = page(marks(200), marks(54));
    Page.Draft draft = page.draft(0);
    draft.flags(0, Flags.FLAGGED, Wide.NONE, 20);

    Page after = draft.build();

    assertThat(after.encode()[0]).isEqualTo((byte) 1);
    assertThat(after.marks()).isEqualTo(marks(54));
  }

  @Test
  void tracesLoseMarksAndMessagesKeepThem() {
    Page page = page(marks(3, 70), marks(3, 70, 90), marks(5));
    Page.Draft draft = page.draft(1);
    draft.expunge(0, false, 20);
    draft.add(9, 0, marks(254).wide(), 1, 21);
    Page traced = draft.build();

    Page after = traced.withoutTraces(marks(3, 70));

    assertThat(traced.traces()).isEqualTo(marks(3, 70));
    assertThat(traced.marks()).isEqualTo(marks(3, 5, 70, 90, 254));
    assertThat(after.traces()).isEqualTo(Marks.NONE);
    assertThat(marksOf(after)).containsExactly(Marks.NONE, marks(3, 70, 90), marks(5), marks(254));
    assertThat(after.modSeq(0)).isEqualTo(20);
    assertThat(after.live(0)).isFalse();
    assertThat(after.flags(0)).isEqualTo(Flags.SEEN);
    assertThat(marksOf(reread(after))).isEqualTo(marksOf(after));
  }

  @Test
  void sleepingPagesKnowTheMarksOfTheirTraces() {
    Page.Draft draft = page(marks(1, 100), marks(2)).draft(0);
    draft.expunge(0, false, 20);
    draft.expunge(1, true, 21);
    Page.Draft next = Page.empty(1).draft(1);
    next.add(256, marks(7).word(), Wide.NONE, 1, 22);
    Messages messages = Messages.NONE.with(draft.build()).with(next.build());

    Messages after = messages.withoutTraces(marks(100, 7));

    assertThat(messages.page(0)).isInstanceOf(DormantPage.class);
    assertThat(messages.page(0).traces()).isEqualTo(marks(1, 2, 100));
    assertThat(messages.marks()).isEqualTo(marks(7));
    assertThat(after.page(0)).isInstanceOf(DormantPage.class);
    assertThat(after.page(0).traces()).isEqualTo(marks(1, 2));
    assertThat(after.page(0).open().moved(1)).isTrue();
    assertThat(after.page(1)).isSameAs(messages.page(1));
    assertThat(after.octets())
        .isEqualTo(messages.octets() + after.page(0).octets() - messages.page(0).octets());
  }

  @Test
  void purgedEntriesTakeTheirMarksAlong() {
    Page page = page(marks(60), Marks.NONE, marks(61));

    Page after = page.without(new boolean[] {true, false, false});

    assertThat(marksOf(after)).containsExactly(Marks.NONE, marks(61));
    assertThat(marksOf(reread(after))).containsExactly(Marks.NONE, marks(61));
  }
}
