package org.postroom.core.dns.lookup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.dns.Resolver.Answer;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/**
 * Asks name servers and checks by DNSSEC what they answer (RFC 4035), from the root's keys on. They
 * have to be such as hand signatures on. Thread-safe.
 */
final class ProvenLookup implements DnsResolver.Lookup {

  /** The keys of the root: those of 2017 and of 2024, as IANA publishes them (RFC 9718). */
  static final String ROOT =
      """
      . 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
      . 172800 IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
      """;

  private static final int MOST_ALIASES = 16;
  private static final int MOST_KEPT = 5_000;

  /** Answers with more records are asked for anew: what a stranger's zone may have kept here. */
  private static final int LONGEST_KEPT = 40;

  private static final Duration LONGEST = Duration.ofHours(1);

  private final Supplier<org.xbill.DNS.Resolver> servers;
  private final String anchors;
  private final Clock clock;
  private final Executor executor;
  private @Nullable ValidatingResolver made;

  /** What was asked last goes last. */
  private final Map<Question, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  private record Question(Name name, int type) {}

  private record Kept(Answer<Record> answer, Instant until) {}

  /**
   * One that begins with the first question: most servers never have any.
   *
   * @param servers makes those to ask, for this alone
   * @param anchors DS records of the root's keys
   * @param executor runs what follows on an answer
   */
  ProvenLookup(
      Supplier<org.xbill.DNS.Resolver> servers, String anchors, Clock clock, Executor executor) {
    this.servers = servers;
    this.anchors = anchors;
    this.clock = clock;
    this.executor = executor;
  }

  private synchronized ValidatingResolver validator() {
    ValidatingResolver validator = made;
    if (validator == null) {
      validator = new ValidatingResolver(servers.get(), clock);
      try {
        validator.loadTrustAnchors(new ByteArrayInputStream(anchors.getBytes(US_ASCII)));
      } catch (IOException e) {
        throw new UncheckedIOException(e); // of memory
      }
      made = validator;
    }
    return validator;
  }

  @Override
  public CompletionStage<Answer<Record>> ask(Name name, int type) {
    Question question = new Question(name, type);
    Answer<Record> known = known(question);
    if (known != null) {
      return CompletableFuture.completedStage(known);
    }
    try {
      return validator()
          .sendAsync(Message.newQuery(Record.newRecord(name, type, DClass.IN)), executor)
          .handle(
              (message, problem) ->
                  problem == null
                      ? read(question, message)
                      : DnsResolver.<Record>missing(name, problem));
    } catch (RuntimeException e) {
      return CompletableFuture.completedStage(DnsResolver.missing(name, e));
    }
  }

  private Answer<Record> read(Question question, Message message) {
    int code = message.getRcode();
    if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
      return new Answer.TryAgain<>(
          "No answer for " + question.name() + ": " + Rcode.string(code) + reason(message));
    }
    Answer<Record> answer = answer(question, message, code);
    keep(question, answer, message);
    return answer;
  }

  private static Answer<Record> answer(Question question, Message message, int code) {
    List<Record> all = message.getSection(Section.ANSWER);
    Name name = question.name();
    for (int i = 0; i < MOST_ALIASES; i++) {
      Name now = name;
      List<Record> records =
          all.stream()
              .filter(one -> one.getType() == question.type() && one.getName().equals(now))
              .toList();
      if (!records.isEmpty()) {
        return new Answer.Found<>(
            records,
            message.getHeader().getFlag(Flags.AD)
                ? Optional.ofNullable(DnsResolver.domain(name))
                : Optional.empty());
      }
      Optional<Name> alias =
          all.stream()
              .filter(one -> one instanceof CNAMERecord && one.getName().equals(now))
              .map(one -> ((CNAMERecord) one).getTarget())
              .findFirst();
      if (alias.isEmpty()) {
        return code == Rcode.NXDOMAIN ? new Answer.NoSuchName<>() : new Answer.NoData<>();
      }
      name = alias.get();
    }
    return new Answer.TryAgain<>("Too many aliases from " + question.name());
  }

  /** Why the validator does not believe it; it puts that into a record of its own. */
  private static String reason(Message message) {
    return message.getSection(Section.ADDITIONAL).stream()
        .filter(
            one ->
                one.getType() == Type.TXT
                    && one.getDClass() == ValidatingResolver.VALIDATION_REASON_QCLASS)
        .map(one -> ": " + String.join("", ((TXTRecord) one).getStrings()))
        .findFirst()
        .orElse("");
  }

  private synchronized @Nullable Answer<Record> known(Question question) {
    Kept one = kept.get(question);
    if (one == null) {
      return null;
    }
    if (one.until().isAfter(clock.instant())) {
      return one.answer();
    }
    kept.remove(question);
    return null;
  }

  private synchronized void keep(Question question, Answer<Record> answer, Message message) {
    List<Record> lasting =
        message.getSection(answer instanceof Answer.Found ? Section.ANSWER : Section.AUTHORITY);
    long seconds = lasting.stream().mapToLong(Record::getTTL).min().orElse(0);
    if (seconds <= 0 || lasting.size() > LONGEST_KEPT || answer instanceof Answer.TryAgain) {
      return;
    }
    if (kept.size() >= MOST_KEPT && !kept.containsKey(question)) {
      kept.remove(kept.keySet().iterator().next());
    }
    Duration held = Duration.ofSeconds(Math.min(seconds, LONGEST.toSeconds()));
    kept.put(question, new Kept(answer, clock.instant().plus(held)));
  }
}
