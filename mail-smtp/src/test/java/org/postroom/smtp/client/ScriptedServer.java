package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postroom.core.testing.TestTls;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Session;

/** The next server on a mail's way: answers well, but at one step in a manner of its own. */
final class ScriptedServer {
  private static final int LONGEST = 1 << 20;
  private static final Duration DRIP = Duration.ofSeconds(50);

  /** What it is asked, and what it says to that as a rule. */
  enum Step {
    CONNECT("220 far.test ESMTP"),
    EHLO("250-far.test"),
    STARTTLS("220 2.0.0 Go"),
    MAIL("250 2.1.0 Ok"),
    RCPT("250 2.1.5 Ok"),
    DATA("354 Go"),
    DOT("250 2.0.0 Ok: taken"),
    OTHER("250 2.0.0 Ok");

    private final String well;

    Step(String well) {
      this.well = well;
    }

    static Step of(String line) {
      String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
      return switch (verb) {
        case "EHLO", "HELO" -> EHLO;
        case "STARTTLS" -> STARTTLS;
        case "MAIL" -> MAIL;
        case "RCPT" -> RCPT;
        case "DATA" -> DATA;
        default -> OTHER;
      };
    }
  }

  /** How it answers a step instead. */
  enum Manner {
    WELL {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\r\n");
      }
    },
    /** Goes. */
    DROP {
      @Override
      void answer(Talk talk, String well) {
        talk.go();
      }
    },
    /** Begins to answer, and goes. */
    HALF_DROP {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well.substring(0, 2)).go();
      }
    },
    /** Says all but the line's end, and goes. */
    CUT_OFF {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well).go();
      }
    },
    /** Says nothing, and stays. */
    SILENT {
      @Override
      void answer(Talk talk, String well) {
        // Nothing.
      }
    },
    /** Begins to answer, and stays. */
    HALF {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well.substring(0, 5));
      }
    },
    LATER {
      @Override
      void answer(Talk talk, String well) {
        talk.say("450 4.2.0 Not now\r\n");
      }
    },
    NEVER {
      @Override
      void answer(Talk talk, String well) {
        talk.say("550 5.7.1 No\r\n");
      }
    },
    /** It says that it does not understand us. */
    UNKNOWN {
      @Override
      void answer(Talk talk, String well) {
        talk.say("500 5.5.1 Command unrecognized\r\n");
      }
    },
    BYE {
      @Override
      void answer(Talk talk, String well) {
        talk.say("421 4.3.2 Bye\r\n").go();
      }
    },
    /** Lines without a last one. */
    ENDLESS_LINES {
      @Override
      void answer(Talk talk, String well) {
        talk.say((well.substring(0, 3) + "-" + "x".repeat(80) + "\r\n").repeat(500));
      }
    },
    /** A line without an end. */
    ENDLESS_LINE {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well.substring(0, 3) + " " + "x".repeat(50_000));
      }
    },
    /** The same with an end, far beyond what a line may have. */
    LONG_LINE {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well.substring(0, 3) + " " + "x".repeat(50_000) + "\r\n");
      }
    },
    /** Octet for octet, always before anybody loses patience with one of them. */
    DRIP {
      @Override
      void answer(Talk talk, String well) {
        talk.drip(well.substring(0, 3) + " ", "x");
      }
    },
    /** The same line for line. */
    DRIP_LINES {
      @Override
      void answer(Talk talk, String well) {
        talk.drip("", well.substring(0, 3) + "-x\r\n");
      }
    },
    /** Two answers to one question. */
    TWICE {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\r\n250 2.0.0 Ok: taken, though nobody asked\r\n");
      }
    },
    /** The answers to all that could be asked, before it is. */
    ALL_AT_ONCE {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n354 Go\r\n250 2.0.0 Ok\r\n");
      }
    },
    /** Agrees, and then says what is no handshake. */
    NO_HANDSHAKE {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\r\n").say("500 5.5.1 What was that?\r\n".repeat(20));
      }
    },
    /** Agrees, and never says anything again. */
    NO_HELLO {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\r\n");
      }
    },
    /** Agrees, and goes. */
    HANDSHAKE_DROP {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\r\n").go();
      }
    },
    GARBAGE {
      @Override
      void answer(Talk talk, String well) {
        talk.say("\u0080\u00ff\u00c3(\u00a0\u00a1\r\n");
      }
    },
    NULS {
      @Override
      void answer(Talk talk, String well) {
        talk.say("\0\0\0\0\0\0\r\n");
      }
    },
    NUL_WITHIN {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\0\0 and more\r\n");
      }
    },
    /** What would be lines and colours of its own on a terminal and in a log. */
    CONTROLS {
      @Override
      void answer(Talk talk, String well) {
        talk.say("550 5.1.1 \u001b[2J\u0007a\rb\u0085c\u00e2\u0080\u00a8to=<x>, status=sent\r\n");
      }
    },
    BARE_LF {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well + "\n");
      }
    },
    EMPTY_LINE {
      @Override
      void answer(Talk talk, String well) {
        talk.say("\r\n");
      }
    },
    OTHER_PROTOCOL {
      @Override
      void answer(Talk talk, String well) {
        talk.say("SSH-2.0-OpenSSH_9.2\r\n");
      }
    },
    /** A good answer, to something else. */
    WRONG_CODE {
      @Override
      void answer(Talk talk, String well) {
        talk.say(well.startsWith("354") ? "250 2.0.0 Ok\r\n" : "354 Go\r\n");
      }
    };

    abstract void answer(Talk talk, String well);
  }

  /** What a client that reads leniently takes for a yes. */
  private static final Set<Manner> AGREEING =
      EnumSet.of(Manner.WELL, Manner.LONG_LINE, Manner.NUL_WITHIN, Manner.BARE_LF, Manner.TWICE);

  private static final Set<Manner> REFUSING =
      EnumSet.of(Manner.LATER, Manner.NEVER, Manner.UNKNOWN);

  private final VirtualTime time;
  private volatile List<String> offers = List.of("PIPELINING", "8BITMIME");
  private volatile Step step = Step.OTHER;
  private volatile Manner manner = Manner.WELL;

  /** The contents that it has said to have taken, dots undone. */
  final List<String> taken = new CopyOnWriteArrayList<>();

  /** What it was asked. */
  final List<String> heard = new CopyOnWriteArrayList<>();

  /** When it was asked the step in question. */
  final List<Instant> met = new CopyOnWriteArrayList<>();

  ScriptedServer(VirtualTime time) {
    this.time = time;
  }

  /** What EHLO is answered with, beside the name. */
  ScriptedServer offers(String... keywords) {
    offers = List.of(keywords);
    return this;
  }

  /** From now on it answers {@code where} so. */
  ScriptedServer at(Step where, Manner how) {
    step = where;
    manner = how;
    return this;
  }

  /** From now on it answers as it should. */
  void well() {
    manner = Manner.WELL;
  }

  Session talk(Connection connection) {
    return new Talk(connection);
  }

  /** One client's conversation. */
  final class Talk implements Session {
    private final Connection connection;
    private final StringBuilder content = new StringBuilder();
    private boolean inContent;
    private boolean hasSender;
    private boolean hasRecipient;
    private boolean gone;

    Talk(Connection connection) {
      this.connection = connection;
    }

    Talk say(String octets) {
      connection.out().write(octets.getBytes(ISO_8859_1));
      connection.out().flush();
      return this;
    }

    void go() {
      gone = true;
      connection.close();
    }

    void drip(String first, String again) {
      say(first + again);
      time.after(DRIP, () -> connection.execute(() -> drip("", again)));
    }

    @Override
    public void opened() {
      connection.lineLimit(LONGEST);
      connection.deadline(Duration.ofDays(1));
      connection.execute(() -> answer(Step.CONNECT));
    }

    @Override
    public void ready() {
      String line = connection.in().readLine(LONGEST).latin1();
      if (gone) {
        return;
      }
      if (inContent) {
        content(line);
        return;
      }
      heard.add(line);
      if (line.equals("QUIT")) {
        go();
        return;
      }
      answer(Step.of(line));
    }

    private void content(String line) {
      if (line.equals(".")) {
        inContent = false;
        answer(Step.DOT);
      } else {
        content.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
      }
    }

    private void answer(Step asked) {
      Manner how = asked == step ? manner : Manner.WELL;
      if (asked == step) {
        met.add(time.instant());
      }
      String well = asked == Step.EHLO ? keywords() : asked.well;
      if (asked == Step.MAIL) {
        hasSender = AGREEING.contains(how);
        hasRecipient = false;
        content.setLength(0);
      }
      hasRecipient |= asked == Step.RCPT && AGREEING.contains(how);
      if (how == Manner.WELL) {
        inContent = asked == Step.DATA;
        if (asked == Step.DOT && hasSender && hasRecipient) {
          taken.add(content.toString());
        }
        if (asked == Step.STARTTLS) {
          connection.startTls(TestTls.SERVER);
        }
      } else {
        // What follows an answer that is no refusal is taken for the content.
        inContent = asked == Step.DATA && !REFUSING.contains(how);
      }
      how.answer(this, well);
    }

    private String keywords() {
      StringBuilder lines = new StringBuilder(Step.EHLO.well);
      for (String offer : offers) {
        lines.append("\r\n250-").append(offer);
      }
      return lines.append("\r\n250 HELP").toString();
    }

    @Override
    public void timedOut() {
      go();
    }

    @Override
    public void shuttingDown() {
      go();
    }

    @Override
    public void closed() {
      gone = true;
    }
  }
}
