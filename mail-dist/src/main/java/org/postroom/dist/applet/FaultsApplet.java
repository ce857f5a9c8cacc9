package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.FaultOperations;
import org.postroom.dist.operation.FaultOperations.Clear;
import org.postroom.dist.operation.FaultRules.Happened;
import org.postroom.dist.operation.FaultRules.Listed;
import org.postroom.dist.operation.FaultRules.Wish;
import org.postroom.dist.operation.Operation.Nothing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom faults}: what a fixture that runs does on a bad day. */
@Command(
    name = "faults",
    description = "Has a fixture that runs (postroom fixture) make faults: add, list, clear.",
    mixinStandardHelpOptions = true)
public final class FaultsApplet {
  @Spec private CommandSpec spec = CommandSpec.create();

  FaultsApplet() {}

  @Command(
      name = "add",
      description = "Sets one, behind those that are set.",
      mixinStandardHelpOptions = true)
  int add(
      @Mixin Place place,
      @Parameters(
              paramLabel = "AT",
              description = "A listener's name (smtp), all-smtp and its kin, store or dns.")
          String at,
      @Parameters(
              paramLabel = "OF",
              description =
                  "A command (RCPT), CONNECT, HANDSHAKE, CONTENT, or * for all; of the store"
                      + " accept, append, read or change; of the DNS a name.")
          String of,
      @Parameters(
              paramLabel = "ACT",
              description =
                  "reply, drop, hang-up, stall, lose-answer, delay, garble, throttle, without,"
                      + " fail-tls; in the store full, unavailable; of a name unknown, fails,"
                      + " times-out.")
          String act,
      @Parameters(
              paramLabel = "TEXT",
              arity = "0..1",
              description =
                  "The line of a reply, the capability of without, seconds (delay, times-out),"
                      + " octets a second (throttle).")
          @Nullable String text,
      @Option(names = "--nth", description = "The how manieth time from now, from 1.")
          @Nullable Long nth,
      @Option(names = "--times", description = "How often (default: always; with --nth once).")
          @Nullable Long times,
      @Option(names = "--from", description = "Only of mails from this sender.")
          @Nullable String from,
      @Option(names = "--to", description = "Only for this recipient.") @Nullable String to,
      @Option(names = "--session", description = "Only in the how manieth session, from 1.")
          @Nullable Long session,
      @Option(names = "--after-sent", description = "When the client has sent so many octets.")
          @Nullable Long afterSent,
      @Option(names = "--after-answered", description = "When it was sent so many octets.")
          @Nullable Long afterAnswered,
      @Option(names = "--percent", description = "How often of a hundred times.")
          @Nullable Long percent) {
    Wish wish =
        new Wish(
            at,
            of,
            act,
            Optional.ofNullable(text),
            Optional.ofNullable(nth),
            Optional.ofNullable(times),
            Optional.ofNullable(from),
            Optional.ofNullable(to),
            Optional.ofNullable(session),
            Optional.ofNullable(afterSent),
            Optional.ofNullable(afterAnswered),
            Optional.ofNullable(percent));
    say(place.described().ask(FaultOperations.ADD, wish).fault());
    return 0;
  }

  @Command(
      name = "list",
      description = "Lists those that are set, and what has happened.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Place place, @Option(names = "--json", description = "As JSON.") boolean json) {
    Listed listed = place.described().ask(FaultOperations.LIST, new Nothing());
    if (json) {
      say(Json.text(Records.toJson(listed)));
      return 0;
    }
    say("seed " + listed.seed());
    listed.faults().forEach(fault -> say("set: " + fault));
    listed.unused().forEach(fault -> say("not happened: " + fault));
    for (Happened one : listed.happened()) {
      say(
          "happened: "
              + one.time()
              + " "
              + one.session()
              + " "
              + one.command()
              + ": "
              + one.fault());
    }
    return 0;
  }

  @Command(name = "clear", description = "Sets none any more.", mixinStandardHelpOptions = true)
  int clear(
      @Mixin Place place,
      @Option(names = "--seed", description = "What chance goes by from now on.")
          @Nullable Long seed) {
    Nothing unused =
        place.described().ask(FaultOperations.CLEAR, new Clear(Optional.ofNullable(seed)));
    return 0;
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
