package org.postroom.pop3;

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
    return Transcript.in(TranscriptsTest.class, "/transcripts", ".pop3");
  }

  /** Those that can be sent at once, because nothing happens in between. */
  static List<Transcript> seamless() throws Exception {
    List<Transcript> some = new ArrayList<>();
    for (Transcript transcript : transcripts()) {
      if (text(transcript).lines().noneMatch(l -> l.startsWith("when ") || l.startsWith("C2"))) {
        some.add(transcript);
      }
    }
    return some;
  }

  private static String text(Transcript transcript) throws Exception {
    return Files.readString(
        Path.of(TranscriptsTest.class.getResource("/transcripts/" + transcript.name()).toURI()));
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesLineByLine(Transcript transcript) throws Exception {
    try (Pop3House house = new Pop3House()) {
      transcript.run(house);
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesOctetByOctet(Transcript transcript) throws Exception {
    try (Pop3House house = new Pop3House()) {
      transcript.run(new Recorder(house, true));
    }
  }

  @ParameterizedTest
  @MethodSource("seamless")
  void goesTheSameWhereverItIsCut(Transcript transcript) throws Exception {
    try (Pop3House street = new Pop3House()) {
      Recorder recorder;
      try (Pop3House house = new Pop3House(street)) {
        recorder = new Recorder(house, false);
        transcript.run(recorder);
      }
      byte[] sent = recorder.sent.toByteArray();
      byte[] heard = recorder.heard.toByteArray();

      // Long lines are cut here and there only.
      int step = sent.length > 1000 ? 97 : 1;
      for (int cut = 0; cut <= sent.length; cut += step) {
        try (Pop3House house = new Pop3House(street)) {
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
    private final Pop3House house;
    private final boolean octetwise;
    private final List<String> given = new ArrayList<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    Recorder(Pop3House house, boolean octetwise) {
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
