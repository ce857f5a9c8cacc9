package org.postroom.smtp.subetha;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;

/** Which of the mails that handlers have begun with are given up. */
final class HandlingsTest {
  private static final Optional<InetSocketAddress> SERVER =
      Optional.of(InetSocketAddress.createUnresolved("192.0.2.1", 25));

  private final List<String> done = new ArrayList<>();
  private long nanos = Long.MAX_VALUE - 5; // it may run over
  private final Handlings handlings = new Handlings(Handler::new, () -> nanos, 4);

  /** Takes everything but mail for nobody. */
  private final class Handler implements MessageHandler {
    private final String id;

    Handler(MessageContext context) {
      id = context.getSessionId();
    }

    @Override
    public void from(String from) {}

    @Override
    public void recipient(String recipient) throws RejectException {
      if (recipient.startsWith("nobody")) {
        throw new RejectException(550, "no such user");
      }
    }

    @Override
    public String data(InputStream data) {
      return "";
    }

    @Override
    public void done() {
      done.add(id);
    }
  }

  private Handling begin(String mail, String host, int port) {
    SessionContext session =
        new SessionContext(
            mail,
            Optional.of(InetSocketAddress.createUnresolved(host, port)),
            SERVER,
            Optional.empty(),
            Optional.empty());
    Handling handling = handlings.of(session, "a@x.example");
    var unused = handling.recipient(Address.parse("ada@example.org"));
    return handling;
  }

  @Test
  void theNextMailOfAConnectionEndsTheOneBefore() {
    Handling first = begin("1", "a", 1);
    assertThat(begin("1", "a", 1)).isSameAs(first);
    begin("2", "a", 2);
    assertThat(done).isEmpty();

    begin("3", "a", 1);

    assertThat(done).containsExactly("1");
  }

  @Test
  void whatTakesTooLongEnds() {
    begin("1", "a", 1);
    nanos += Handlings.LONGEST.toNanos();
    begin("2", "b", 1);
    assertThat(done).isEmpty();

    nanos += Duration.ofMillis(1).toNanos();
    begin("3", "c", 1);

    assertThat(done).containsExactly("1");
  }

  @Test
  void aHostWithVeryManyEndsItsOwn() {
    begin("1", "other", 1);
    for (int i = 2; i < 8; i++) {
      begin(String.valueOf(i), "many", i);
    }

    assertThat(done).containsExactly("2", "3", "4");
    handlings.named("1", "Q1");
    assertThat(handlings.begunFor("Q1")).isPresent();
  }

  /** Whose content has come is its mail's to end. */
  @Test
  void whatIsTakenOutEndsByItself() {
    begin("1", "a", 1);
    handlings.named("1", "Q1");
    try (Handling taken = handlings.begunFor("Q1").orElseThrow()) {
      begin("2", "a", 1);
      assertThat(done).isEmpty();
      assertThat(handlings.begunFor("Q1")).isEmpty();
      assertThat(taken.isFor(List.of(Address.parse("ada@example.org")))).isTrue();
    }
    assertThat(done).containsExactly("1");
  }

  @Test
  void knowsForWhomItIs() {
    Address ada = Address.parse("ada@example.org");
    Address bob = Address.parse("bob@example.org");
    try (Handling handling = begin("1", "a", 1)) {
      assertThat(handling.recipient(Address.parse("nobody@example.org"))).isPresent();
      assertThat(handling.isFor(List.of(ada))).isTrue();
      assertThat(handling.isFor(List.of(ada, bob))).isFalse();
      assertThat(handling.recipient(bob)).isEmpty();
      assertThat(handling.isFor(List.of(bob, ada))).isTrue();
      assertThat(handling.isFor(List.of(ada))).isFalse();
    }
  }
}
