package org.postroom.dist.applet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.dist.operation.QueueChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which mail in the queue is meant. */
final class Choosing {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "Mails, or ALL. Without one an option has to say which are meant.")
  private List<String> ids = new ArrayList<>();

  @Option(
      names = "--recipient",
      paramLabel = "WORD",
      description = "Recipients with this in their address.")
  private Optional<String> recipient = Optional.empty();

  @Option(
      names = "--sender",
      paramLabel = "WORD",
      description = "Mail from senders with this in their address; '' for the null sender.")
  private Optional<String> sender = Optional.empty();

  @Option(
      names = "--site",
      paramLabel = "DOMAIN",
      description = "Recipients of this domain, or behind this next hop.")
  private Optional<String> site = Optional.empty();

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "Mail that came so long ago, or longer: 90s, 15m, 12h, 5d, 2w.")
  private Optional<String> olderThan = Optional.empty();

  /** What is meant; of the named mails alone where some are named. */
  QueueChoice choice() {
    List<String> named =
        ids.isEmpty() || hasOptions() && ids.contains(QueueChoice.ALL) ? List.of() : ids;
    return new QueueChoice(
        named,
        List.of(),
        Optional.empty(),
        recipient,
        sender,
        site,
        olderThan.map(this::seconds).orElse(0L),
        false);
  }

  private boolean hasOptions() {
    return recipient.isPresent() || sender.isPresent() || site.isPresent() || olderThan.isPresent();
  }

  private long seconds(String text) {
    if (!text.matches("[0-9]{1,6}[smhdw]")) {
      throw new ParameterException(
          command.commandLine(),
          "--older-than is a number and s, m, h, d or w, such as 12h, and not " + text);
    }
    long count = Long.parseLong(text.substring(0, text.length() - 1));
    Duration unit =
        switch (text.charAt(text.length() - 1)) {
          case 's' -> Duration.ofSeconds(1);
          case 'm' -> Duration.ofMinutes(1);
          case 'h' -> Duration.ofHours(1);
          case 'd' -> Duration.ofDays(1);
          default -> Duration.ofDays(7);
        };
    return unit.multipliedBy(count).toSeconds();
  }
}
