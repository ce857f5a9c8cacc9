package org.postroom.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.transcript.Transcript;

/** Each conversation as it stands, and with its octets cut into other pieces. */
@Timeout(60)
class TranscriptsTest {

  static List<Transcript> transcripts() {
    return Transcript.in(TranscriptsTest.class, "/transcripts", ".imap");
  }

  /** Those that can be sent at once, and have the same answers each time. */
  static List<Transcript> seamless() throws Exception {
    List<Transcript> some = new ArrayList<>();
    for (Transcript transcript : transcripts()) {
      if (text(transcript).lines().noneMatch(TranscriptsTest::isSeam)) {
        some.add(transcript);
      }
    }
    return some;
  }

  private static boolean isSeam(String line) {
    return line.startsWith("when ") || line.startsWith("C2") || line.contains("<challenge>");
  }

  private static String text(Transcript transcript) throws Exception {
    return Files.readString(
        Path.of(TranscriptsTest.class.getResource("/transcripts/" + transcript.name()).toURI()));
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesLineByLine(Transcript transcript) throws Exception {
    try (ImapHouse house = new ImapHouse()) {
      transcript.run(house);
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesOctetByOctet(Transcript transcript) throws Exception {
    try (ImapHouse house = new ImapHouse()) {
      transcript.run(new Recorder(house, true));
    }
  }

  @ParameterizedTest
  @MethodSource("seamless")
  void goesTheSameWhereverItIsCut(Transcript transcript) throws Exception {
    try (ImapHouse street = new ImapHouse()) {
      Recorder recorder;
      try (ImapHouse house = new ImapHouse(street)) {
        recorder = new Recorder(house, false);
        transcript.run(recorder);
      }
      byte[] sent = recorder.sent.toByteArray();
      byte[] heard = recorder.heard.toByteArray();

      // Long ones are cut here and there; octet by octet they have gone already.
      int step = 1 + sent.length / 200;
      for (int cut = 0; cut <= sent.length; cut += step) {
        try (ImapHouse house = new ImapHouse(street)) {
          recorder.given.forEach(house::given);
          Peer peer = house.connect(1);

          peer.send(Arrays.copyOfRange(sent, 0, cut));
          if (cut < sent.length) {
            peer.send(Arrays.copyOfRange(sent, cut, sent.length));
          }

          assertThat(read(peer, heard.length))
              .as("%s cut at %d", transcript, cut)
              .isEqualTo(new String(heard, StandardCharsets.UTF_8));
          peer.close();
        }
      }
    }
  }

  private static String read(Peer peer, int count) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (read.size() < count) {
      int octet = peer.read();
      if (octet < 0) {
        break;
      }
      read.write(octet);
    }
    return read.toString(StandardCharsets.UTF_8);
  }

  /** A stage that notes what crosses its first connection. */
  private static final class Recorder implements Stage {
    private final ImapHouse house;
    private final boolean octetwise;
    private final List<String> given = new ArrayList<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    Recorder(ImapHouse house, boolean octetwise) {
      this.house = house;
      this.octetwise = octetwise;
    }

    @Override
    public void given(String words) {
      given.add(words);
      house.given(words);
    }

    @Override
    public void when(String words) {
      house.when(words);
    }

    @Override
    public Peer connect(int number) {
      Peer peer = house.connect(number);
      return new Peer() {
        @Override
        public void send(byte[] octets) {
          sent.writeBytes(octets);
          if (octetwise) {
            for (byte octet : octets) {
              peer.send(new byte[] {octet});
            }
          } else {
            peer.send(octets);
          }
        }

        @Override
        public int read() {
          int octet = peer.read();
          if (octet >= 0) {
            heard.write(octet);
          }
          return octet;
        }

        @Override
        public void close() {
          peer.close();
        }
      };
    }
  }
}
