package org.postroom.testkit.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Meddler;

/**
 * One session, as it goes by between a client and the server: where nothing is to happen all passes
 * as it comes, and only what is under way is taken note of. As long as something may happen, the
 * server hears one command at a time, so that an answer of ours stands in its place, be there ever
 * so many commands at once.
 */
final class Talk implements Meddler.Meddling {
  /** Octets of a line that is looked at; what is longer passes as it is. */
  private static final int LONGEST = 64 * 1024;

  private static final String END = "\r\n";

  private final Rules rules;
  private final Seat seat;
  private final Meddler.Hands hands;
  private final Grammar grammar;
  private final Mouth mouth;
  private final Shape shape;

  /** What has been said and not answered. */
  private final ArrayDeque<Exchange> open = new ArrayDeque<>();

  private final Meter sent = new Meter();
  private final Meter answered = new Meter();

  private final MailUnderWay mail;

  // What the client says.
  private final Octets heard = new Octets();
  private final ByteArrayOutputStream begunLine = new ByteArrayOutputStream();
  private Reading reading = Reading.LINE;
  private long literal;
  private Exchange reader;
  private final Dots dots = new Dots();

  /** The next line belongs to what was said before. */
  private boolean goesOn;

  /** The client waits for being asked for so many octets. */
  private long awaited;

  /** The server hears nothing of what is read. */
  private boolean isSwallowing;

  private Exchange content = Exchange.of(Verb.CONTENT);
  private List<Rules.Armed> atContentEnd = List.of();
  private @Nullable Runnable atCommandEnd;

  /** One command at a time. */
  private boolean isWatching;

  /** TLS has been asked for: what comes is no command until that is answered. */
  private boolean isBlind;

  private boolean isPaused;
  private boolean isStalled;
  private boolean isOver;
  private boolean clientHasEnded;

  // What the server says.
  private final Octets answer = new Octets();
  private long answeredLiteral;
  private @Nullable Runnable first;

  private enum Reading {
    LINE,
    OCTETS,
    CONTENT
  }

  /** A session begins. */
  Talk(Rules rules, Seat seat, boolean tlsComesFirst, Meddler.Hands hands) {
    this.rules = rules;
    this.seat = seat;
    this.hands = hands;
    this.grammar = Grammar.of(seat.protocol);
    this.mouth = new Mouth(hands);
    this.shape = new Shape(grammar);
    this.mail = new MailUnderWay(seat.protocol);
    this.reader = Exchange.of(Verb.CONNECT);
    open.add(reader);
    isWatching = rules.concern(seat);
    if (isWatching) {
      greet(reader, tlsComesFirst);
    }
  }

  // --- the beginning

  /** Who has come may be turned away before anything is said; that is done when all is there. */
  private void greet(Exchange greeting, boolean tlsComesFirst) {
    List<Rules.Armed> due =
        new ArrayList<>(rules.due(seat, said -> said.verb().isEmpty() || is(said, Verb.CONNECT)));
    if (tlsComesFirst) {
      due.addAll(rules.due(seat, said -> is(said, Verb.HANDSHAKE)));
    }
    for (Rules.Armed one : due) {
      if (one.fault.when() instanceof Occasion.Said said && isMarked(said, greeting, one)) {
        continue;
      }
      Act act = one.fault.act();
      if (act instanceof Act.Reply reply) {
        greeting.reply = reply.line();
      } else if (act instanceof Act.Delay delay) {
        mouth.shut();
        first = () -> hands.later(delay.by(), mouth::open);
      } else if (act instanceof Act.FailTls) {
        first = hands::refuseHandshake;
      } else if (act.isLast()) {
        isStalled = true; // until it can be done
        first = () -> end(act);
      } else {
        decorate(greeting, act);
      }
      one.happens(seat.session, greeting.shown);
      if (act.isLast()) {
        return;
      }
    }
  }

  /**
   * Sees to it that something happens after so many octets: of this, or of the session where the
   * rule speaks of no command.
   */
  private boolean isMarked(Occasion.Said said, Exchange exchange, Rules.Armed one) {
    boolean isOfSession = said.verb().isEmpty();
    said.afterSent().ifPresent(octets -> (isOfSession ? sent : exchange.sent).set(octets, one));
    said.afterAnswered()
        .ifPresent(octets -> (isOfSession ? answered : exchange.answered).set(octets, one));
    return said.afterSent().isPresent() || said.afterAnswered().isPresent();
  }

  @Override
  public void begins() {
    if (first != null) {
      first.run();
    }
  }

  // --- what the client says

  @Override
  public void fromClient(byte[] octets) {
    if (isStalled || isOver) {
      return;
    }
    heard.add(octets);
    read();
  }

  @Override
  public void clientEnds() {
    clientHasEnded = true;
    read();
  }

  private void read() {
    boolean moves = true;
    while (moves && !heard.isEmpty() && !isPaused && !isStalled && !isOver) {
      moves =
          switch (reading) {
            case LINE -> line();
            case OCTETS -> octets();
            case CONTENT -> content();
          };
    }
    mouth.speak();
    if (isStalled || isOver) {
      heard.clear();
    }
    if (clientHasEnded && heard.isEmpty() && !isPaused) {
      clientHasEnded = false;
      hands.clientHasEnded();
    }
  }

  /** Whether there was one to be read. */
  private boolean line() {
    if (isBlind) {
      hands.toSession(heard.takeAll());
      return true;
    }
    boolean isBegun = begunLine.size() > 0;
    if (!isBegun && !goesOn && open.isEmpty()) {
      isWatching = rules.concern(seat);
    }
    Exchange last = open.peekLast();
    if (!goesOn && last != null && (isWatching || last.awaits)) {
      return false;
    }
    int lf = heard.indexOf('\n', 0);
    if (lf < 0) {
      if (isWatching && heard.size() < LONGEST && !clientHasEnded) {
        return false;
      }
      byte[] part = heard.takeAll();
      if (begunLine.size() < LONGEST) {
        begunLine.writeBytes(part);
      }
      hands.toSession(part);
      return true;
    }
    byte[] octets = heard.take(lf + 1);
    begunLine.writeBytes(octets);
    String line = text(begunLine.toByteArray());
    begunLine.reset();
    if (goesOn) {
      continuation(octets, line);
    } else {
      command(octets, line, isWatching && !isBegun);
    }
    return true;
  }

  static String text(byte[] line) {
    int end = line.length;
    while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r')) {
      end--;
    }
    return new String(line, 0, end, UTF_8);
  }

  private void continuation(byte[] octets, String line) {
    goesOn = false;
    pass(octets, reader);
    Grammar.Literal more = isOver || isStalled ? null : grammar.literal(line).orElse(null);
    if (more != null && (!more.isAskedFor() || !isSwallowing)) {
      expect(more);
    } else if (atCommandEnd != null) {
      Runnable task = atCommandEnd;
      atCommandEnd = null;
      isSwallowing = false;
      task.run();
    }
  }

  private void expect(Grammar.Literal more) {
    if (more.isAskedFor()) {
      awaited = more.octets();
      reader.awaits = true;
    } else {
      octetsFollow(more.octets());
    }
  }

  private void octetsFollow(long count) {
    if (count == 0) {
      goesOn = true;
    } else {
      reading = Reading.OCTETS;
      literal = count;
    }
  }

  private void command(byte[] octets, String line, boolean mayHappen) {
    Exchange said = grammar.said(line);
    reader = said;
    open.add(said);
    if (said.verb == Verb.DATA) {
      content = Exchange.of(Verb.CONTENT);
      atContentEnd = List.of();
    }
    if (!mayHappen) {
      go(said, octets, line);
      return;
    }
    List<Rules.Armed> due =
        new ArrayList<>(rules.due(seat, when -> isOf(when, said) && mail.isMeant(when, said)));
    boolean isContent = said.verb == Verb.DATA && mail.isThere();
    if (isContent || said.verb == Verb.BDAT && said.isLast) {
      List<Rules.Armed> atEnd =
          rules.due(seat, when -> is(when, Verb.CONTENT) && mail.isMeant(when));
      if (isContent) {
        atContentEnd = unmarked(atEnd, content);
      } else {
        due.addAll(atEnd);
      }
    }
    perform(said, octets, line, unmarked(due, said).iterator());
  }

  /** Those that happen now; the others wait for octets. */
  private List<Rules.Armed> unmarked(List<Rules.Armed> due, Exchange exchange) {
    List<Rules.Armed> now = new ArrayList<>();
    for (Rules.Armed one : due) {
      if (!(one.fault.when() instanceof Occasion.Said said) || !isMarked(said, exchange, one)) {
        now.add(one);
      }
    }
    return now;
  }

  private static boolean is(Occasion.Said when, Verb verb) {
    return when.verb().filter(wanted -> wanted == verb).isPresent();
  }

  private static boolean isOf(Occasion.Said when, Exchange said) {
    boolean isOfSession = when.afterSent().isPresent() || when.afterAnswered().isPresent();
    boolean isTls = said.verb == Verb.STARTTLS || said.verb == Verb.STLS;
    return when.verb().isEmpty()
        ? !isOfSession
        : when.verb().get() == said.verb || isTls && is(when, Verb.HANDSHAKE);
  }

  // --- what happens

  /**
   * Does one after the other, then what is said reaches the server, if nothing stood against it.
   */
  private void perform(Exchange said, byte[] octets, String line, Iterator<Rules.Armed> due) {
    while (due.hasNext() && !isOver) {
      Rules.Armed one = due.next();
      Act act = one.fault.act();
      if (act instanceof Act.Delay delay) {
        isPaused = true;
        hands.later(delay.by(), () -> goOn(said, octets, line, due));
        // Who hears of it may put the clock forward: by then it must be waited for.
        one.happens(seat.session, said.shown);
        return;
      }
      one.happens(seat.session, said.shown);
      if (act.isLast()) {
        endWith(act, said, line);
        return;
      }
      decorate(said, act);
    }
    if (!isOver) {
      go(said, octets, line);
    }
  }

  private void goOn(Exchange said, byte[] octets, String line, Iterator<Rules.Armed> due) {
    isPaused = false;
    perform(said, octets, line, due);
    read();
  }

  private void endWith(Act act, Exchange said, String line) {
    if (act instanceof Act.Reply reply) {
      answerInstead(said, reply.line(), line);
    } else if (act instanceof Act.FailTls) {
      open.remove(said);
      mouth.say((grammar.tlsMayBegin(said) + END).getBytes(UTF_8));
      mouth.then(hands::refuseHandshake);
    } else {
      end(act);
    }
  }

  private void decorate(Exchange exchange, Act act) {
    if (act instanceof Act.LoseAnswer) {
      exchange.losesAnswer = true;
    } else if (act instanceof Act.Garble) {
      exchange.garbling = seat.random();
    } else if (act instanceof Act.Throttle slow) {
      exchange.rate = OptionalInt.of(slow.octetsPerSecond());
    } else if (act instanceof Act.Without without) {
      exchange.without.add(without.capability());
    } else {
      throw new IllegalStateException("nothing that an answer can have: " + act);
    }
  }

  /** The last that happens in a session. */
  private void end(Act act) {
    heard.clear();
    if (act instanceof Act.Stall) {
      isStalled = true;
      return;
    }
    isOver = true;
    mouth.then(act instanceof Act.HangUp ? hands::hangUp : hands::reset);
    mouth.speak();
  }

  /** The command reaches the server, and what follows belongs to it. */
  private void go(Exchange said, byte[] octets, String line) {
    if (said.verb == Verb.CONTENT) {
      open.add(said);
      pass(octets, said);
      return;
    }
    if (said.verb == Verb.DATA && isWatching && answerOf(atContentEnd).isPresent()) {
      open.remove(said);
      mouth.say(("354 End data with <CR><LF>.<CR><LF>" + END).getBytes(UTF_8));
      isSwallowing = true;
      contentBegins();
      return;
    }
    isBlind = said.verb == Verb.STARTTLS || said.verb == Verb.STLS;
    if (said.verb == Verb.BDAT && said.isLast) {
      said.answers = mail.answers();
    }
    pass(octets, said);
    if (isOver || isStalled) {
      return;
    }
    if (said.octets > 0) {
      reading = Reading.OCTETS;
      literal = said.octets;
    }
    grammar.literal(line).ifPresent(this::expect);
  }

  private static Optional<Act.Reply> answerOf(List<Rules.Armed> due) {
    return due.stream()
        .map(one -> one.fault.act())
        .filter(Act.Reply.class::isInstance)
        .map(Act.Reply.class::cast)
        .findFirst();
  }

  /** The server hears nothing of it, and the client another answer. */
  private void answerInstead(Exchange said, String reply, String line) {
    open.remove(said);
    Runnable answers =
        () -> {
          int times = said.verb == Verb.CONTENT || said.isLast ? mail.answers() : 1;
          for (int i = 0; i < times; i++) {
            mouth.say((grammar.reply(said, reply) + END).getBytes(UTF_8));
          }
          if (grammar.isFarewell(said, reply)) {
            end(new Act.HangUp());
          } else if (said.verb == Verb.CONTENT || said.verb == Verb.BDAT) {
            forgetMail();
          }
        };
    Optional<Grammar.Literal> literal = grammar.literal(line).filter(more -> !more.isAskedFor());
    isSwallowing = said.octets > 0 || literal.isPresent();
    if (isSwallowing) {
      atCommandEnd = answers;
      octetsFollow(literal.map(Grammar.Literal::octets).orElse(said.octets));
    } else {
      answers.run();
    }
  }

  /** The server has taken a mail's beginning, whose end it does not hear. */
  private void forgetMail() {
    mail.forget();
    Exchange reset = Exchange.of(Verb.RSET);
    reset.isOurs = true;
    open.add(reset);
    hands.toSession(("RSET" + END).getBytes(UTF_8));
  }

  // --- octets

  private void pass(byte[] octets, Exchange exchange) {
    if (isSwallowing && exchange.verb != Verb.CONTENT) {
      return;
    }
    int room = Math.min(exchange.sent.room(octets.length), sent.room(octets.length));
    exchange.sent.pass(room);
    sent.pass(room);
    if (!isSwallowing && room > 0) {
      hands.toSession(room == octets.length ? octets : Arrays.copyOf(octets, room));
    }
    happenAt(exchange.sent, sent, exchange);
  }

  private void happenAt(Meter ofIt, Meter ofSession, Exchange exchange) {
    Rules.Armed reached = ofIt.reached();
    Rules.Armed now = reached == null ? ofSession.reached() : reached;
    if (now != null && !isOver && !isStalled) {
      now.happens(seat.session, exchange.shown);
      end(now.fault.act());
    }
  }

  private boolean octets() {
    byte[] some = heard.take((int) Math.min(literal, heard.size()));
    literal -= some.length;
    pass(some, reader);
    if (literal == 0 && !isOver && !isStalled) {
      reading = Reading.LINE;
      if (reader.verb != Verb.BDAT) {
        goesOn = true;
      } else if (atCommandEnd != null) {
        Runnable task = atCommandEnd;
        atCommandEnd = null;
        isSwallowing = false;
        task.run();
      }
    }
    return true;
  }

  private void contentBegins() {
    reading = Reading.CONTENT;
    dots.begin();
    content.answers = mail.answers();
    reader = content;
  }

  /** Passes lines on until the dot, which is looked at alone. */
  private boolean content() {
    int passing = dots.before(heard);
    if (passing > 0) {
      pass(heard.take(passing), content);
    }
    if (isOver || isStalled || !dots.isNext()) {
      return passing > 0;
    }
    contentEnds(heard.take(Dots.LENGTH));
    return true;
  }

  private void contentEnds(byte[] dot) {
    reading = Reading.LINE;
    List<Rules.Armed> due = atContentEnd;
    atContentEnd = List.of();
    perform(content, dot, ".", due.iterator());
  }

  // --- what the server says

  @Override
  public void fromSession(byte[] octets) {
    if (isStalled || isOver) {
      return;
    }
    answer.add(octets);
    while (!answer.isEmpty() && !isStalled && !isOver) {
      if (answeredLiteral > 0) {
        byte[] some = answer.take((int) Math.min(answeredLiteral, answer.size()));
        answeredLiteral -= some.length;
        say(some, open.peekFirst());
        continue;
      }
      int lf = answer.indexOf('\n', 0);
      if (lf >= 0) {
        answered(answer.take(lf + 1));
      } else if (answer.size() > LONGEST) {
        say(answer.takeAll(), open.peekFirst());
      } else {
        break;
      }
    }
    if (isStalled || isOver) {
      answer.clear();
    }
    mouth.speak();
    read();
  }

  private void answered(byte[] octets) {
    String line = text(octets);
    grammar.answeredLiteral(line).ifPresent(follows -> answeredLiteral = follows.octets());
    Exchange to = null;
    for (Exchange one : open) {
      if (grammar.isTo(one, line)) {
        to = one;
        break;
      }
    }
    if (to == null) {
      mouth.say(octets);
      return;
    }
    Grammar.Answer part = grammar.answer(to, line);
    say(shape.of(to, line, octets, part, answeredLiteral > 0), to);
    if (isOver || isStalled) {
      return;
    }
    switch (part) {
      case PART -> {}
      case MORE -> clientGoesOn(to);
      case DONE -> done(to, line);
    }
  }

  private void say(byte[] octets, @Nullable Exchange to) {
    if (to == null) {
      mouth.say(octets);
      return;
    }
    if (to.isOurs || to.losesAnswer) {
      return;
    }
    SplittableRandom garbling = to.garbling;
    byte[] heardAs = garbling == null ? octets : Shape.garbled(octets, garbling);
    int room = Math.min(to.answered.room(heardAs.length), answered.room(heardAs.length));
    byte[] some = room == heardAs.length ? heardAs : Arrays.copyOf(heardAs, room);
    if (to.rate.isPresent()) {
      mouth.say(some, to.rate.getAsInt());
    } else {
      mouth.say(some);
    }
    to.answered.pass(room);
    answered.pass(room);
    happenAt(to.answered, answered, to);
  }

  private void clientGoesOn(Exchange to) {
    if (to.verb == Verb.DATA) {
      open.remove(to);
      contentBegins();
    } else if (awaited > 0) {
      reader = to;
      octetsFollow(awaited);
      awaited = 0;
    } else {
      reader = to;
      goesOn = true;
    }
  }

  private void done(Exchange to, String line) {
    open.remove(to);
    awaited = 0;
    isBlind = false;
    mail.answered(to, grammar.isYes(to, line));
    if (to.losesAnswer) {
      end(new Act.Drop());
    } else if (to.reply != null && grammar.isFarewell(to, to.reply)) {
      end(new Act.HangUp());
    }
  }

  @Override
  public void ended() {
    isOver = true;
    heard.clear();
    answer.clear();
  }
}
