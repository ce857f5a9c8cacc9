package org.postroom.smtp.client;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.flow.NoticeClass;
import org.postroom.core.flow.SessionNotices;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;

/**
 * Whether the postmaster hears of sessions in which servers have answered what no server may, by
 * the settings that are current: in one server, over all its transports, so that there are no more
 * notices where there are more of those. Thread-safe.
 */
final class ServerNotices {
  private static final Set<NoticeClass> CLASS = Set.of(NoticeClass.PROTOCOL);

  private final Premises premises;
  private @Nullable Supplier<Generation> current;
  private long number;
  private Optional<SessionNotices> notices = Optional.empty();

  ServerNotices(Premises premises) {
    this.premises = premises;
  }

  /** The server runs; notices go by what is current. */
  synchronized void running(Supplier<Generation> generation) {
    current = generation;
  }

  /** Those of now; empty where he does not want to hear, or no mail of ours goes yet. */
  synchronized Optional<SessionNotices> wanted() {
    Generation now = current == null ? null : current.get();
    if (now != null && now.number() != number) {
      notices = Optional.of(of(now)).filter(some -> some.areWanted(CLASS));
      number = now.number();
    }
    return notices;
  }

  private SessionNotices of(Generation generation) {
    return SessionNotices.of(
        generation.settings(),
        generation.policy(),
        generation.flow(),
        premises.staging(),
        premises.clock(),
        premises.zone());
  }
}
