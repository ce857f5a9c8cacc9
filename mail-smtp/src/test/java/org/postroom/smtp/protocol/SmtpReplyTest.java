package org.postroom.smtp.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpReplyTest {

  @Test
  void readsWhatItWrites() {
    for (SmtpReply reply :
        List.of(
            SmtpReply.of(250, "2.1.0", "Ok"),
            SmtpReply.of(354, "", "End data with <CR><LF>.<CR><LF>"),
            new SmtpReply(550, "5.1.1", List.of("no such", "", "user")),
            new SmtpReply(250, "", List.of("mx.example.org", "SIZE 100", "8BITMIME")))) {
      ReplyAssembler assembler = new ReplyAssembler();
      Optional<SmtpReply> read = Optional.empty();
      for (String line : new String(reply.encode(), UTF_8).split("\r\n")) {
        assertThat(read).isEmpty();
        read = assembler.add(line);
      }

      assertThat(read).contains(reply);
      assertThat(assembler.isWithinReply()).isFalse();
    }
  }

  @Test
  void cannotBeBrokenOutOf() {
    SmtpReply reply = SmtpReply.of(550, "5.1.1", "<a\r\n250 Ok>" + "x".repeat(2_000));

    String line = new String(reply.encode(), UTF_8);

    assertThat(line).startsWith("550 5.1.1 <a??250 Ok>x").hasSizeLessThanOrEqualTo(512);
    assertThat(line.indexOf('\r')).isEqualTo(line.length() - 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "25", "2x0 Ok", "250Ok", "199 x", "600 x", "250_Ok"})
  void refusesWhatIsNoReply(String line) {
    assertThatThrownBy(() -> new ReplyAssembler().add(line))
        .isInstanceOf(ReplyAssembler.BadReply.class);
  }

  @Test
  void refusesARepliesCodeThatChanges() {
    ReplyAssembler assembler = new ReplyAssembler();
    assembler.add("250-one");

    assertThatThrownBy(() -> assembler.add("550 two")).isInstanceOf(ReplyAssembler.BadReply.class);
  }

  @Test
  void takesOnlyAStatusThatFitsTheCode() {
    assertThat(new ReplyAssembler().add("250 2.0.0 Ok").orElseThrow().status()).isEqualTo("2.0.0");
    assertThat(new ReplyAssembler().add("250 5.0.0 Ok").orElseThrow().status()).isEmpty();
    assertThat(new ReplyAssembler().add("220 1.2.3.4 Ok").orElseThrow().status()).isEmpty();
    assertThat(new ReplyAssembler().add("250").orElseThrow().text()).isEmpty();
  }

  @Test
  void readsTheOfferOfAnotherServer() {
    SmtpReply reply =
        new SmtpReply(
            250, "", List.of("mx", "size 1000", "AUTH PLAIN LOGIN", "X-NEW thing", "8BITMIME"));

    Offer offer = Offer.parse(reply);

    assertThat(offer.maxSize()).isEqualTo(1000);
    assertThat(offer.parameters(Extension.AUTH)).isEqualTo("PLAIN LOGIN");
    assertThat(offer.has(Extension.EIGHTBITMIME)).isTrue();
    assertThat(offer.has(Extension.STARTTLS)).isFalse();
  }

  @Test
  void saysItsOfferInOrder() {
    Offer offer =
        new Offer(Map.of(Extension.CHUNKING, "", Extension.SIZE, "10", Extension.PIPELINING, ""));

    assertThat(offer.reply("mx").lines())
        .containsExactly("mx", "PIPELINING", "SIZE 10", "CHUNKING");
  }
}
