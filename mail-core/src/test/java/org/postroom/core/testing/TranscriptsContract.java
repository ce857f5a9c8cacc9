package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.transcript.Transcript;

/**
 * Each conversation of a protocol as it stands, and with its octets cut into other pieces. The
 * protocol's test has a static method {@code transcripts}, which gives all of them, and another,
 * {@code seamless}, which gives those that are {@linkplain Transcript#isSeamless so}.
 */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT) // each conversation has a house of its own
public abstract class TranscriptsContract {

  /**
   * In how many places a conversation is cut: octet by octet it goes anyway. {@code
   * -Dpostroom.cuts=100000} for everywhere.
   */
  private static final int CUTS = Integer.getInteger("postroom.cuts", 60);

  /** A house of its own. */
  protected abstract ProtocolHouse house();

  /** A house on the time, threads and sockets of another. */
  protected abstract ProtocolHouse houseBeside(ProtocolHouse neighbour);

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesLineByLine(Transcript transcript) {
    try (ProtocolHouse house = house()) {
      transcript.run(house);
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesOctetByOctet(Transcript transcript) {
    try (ProtocolHouse house = house()) {
      transcript.run(new Recorder(house, true));
    }
  }

  @ParameterizedTest
  @MethodSource("seamless")
  void goesTheSameWhereverItIsCut(Transcript transcript) {
    try (ProtocolHouse street = house()) {
      Recorder recorder;
      try (ProtocolHouse house = houseBeside(street)) {
        recorder = new Recorder(house, false);
        transcript.run(recorder);
      }
      byte[] sent = recorder.sent.toByteArray();
      byte[] heard = recorder.heard.toByteArray();

      for (int cut = 0; cut <= sent.length; cut += 1 + sent.length / CUTS) {
        try (ProtocolHouse house = houseBeside(street)) {
          recorder.given.forEach(house::given);
          Peer peer = house.connect(1);

          peer.send(Arrays.copyOfRange(sent, 0, cut));
          if (cut < sent.length) {
            peer.send(Arrays.copyOfRange(sent, cut, sent.length));
          }

          assertThat(read(peer, heard.length))
              .as("%s cut at %d", transcript, cut)
              .isEqualTo(new String(heard, UTF_8));
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
    return read.toString(UTF_8);
  }

  /** A stage that notes what crosses its first connection. */
  private static final class Recorder implements Stage {
    private final Stage stage;
    private final boolean octetwise;
    private final List<String> given = new ArrayList<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    Recorder(Stage stage, boolean octetwise) {
      this.stage = stage;
      this.octetwise = octetwise;
    }

    @Override
    public void given(String words) {
      given.add(words);
      stage.given(words);
    }

    @Override
    public void when(String words) {
      stage.when(words);
    }

    @Override
    public Peer connect(int number) {
      Peer peer = stage.connect(number);
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
