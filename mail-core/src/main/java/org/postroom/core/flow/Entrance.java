package org.postroom.core.flow;

import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.Staging;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.FieldLine;

/**
 * Where the way of mails begins that come by one door: how their headers are made whole, where
 * their content lies while it comes, and what is wished of all of them.
 */
public final class Entrance {
  private final Settings settings;
  private final MailFlow flow;
  private final Staging staging;
  private final Completion completion;
  private final Wishes wishes;

  /**
   * By the settings of a door.
   *
   * @param hostname what we are called
   * @param zone what dates are written in
   */
  public Entrance(Settings settings, String hostname, ZoneId zone, MailFlow flow, Staging staging) {
    this.settings = settings;
    this.flow = flow;
    this.staging = staging;
    this.completion = new Completion(settings, hostname, zone, flow.addressing().rewriting());
    this.wishes = Wishes.of(settings);
  }

  /**
   * What a mail shows of its way here.
   *
   * @param client what the trace line says of the client
   * @param tls how it is connected; empty in clear
   * @param fields what stands above the trace line
   */
  public record Shown(Submission.Client client, Optional<String> tls, List<FieldLine> fields) {
    public Shown {
      fields = List.copyOf(fields);
    }
  }

  /**
   * Begins to take the content of {@code mail}.
   *
   * @param expected how many octets were announced, or 0; a hint only
   */
  public Intake begin(Arriving mail, Shown shown, long expected) {
    ContentSink sink = staging.open(expected);
    try {
      return new Intake(
          this, mail, completion.begin(mail, shown.client(), shown.tls(), shown.fields(), sink));
    } catch (RuntimeException e) {
      sink.close();
      throw e;
    }
  }

  Settings settings() {
    return settings;
  }

  MailFlow flow() {
    return flow;
  }

  Wishes wishes() {
    return wishes;
  }
}
