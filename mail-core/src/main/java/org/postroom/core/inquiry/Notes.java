package org.postroom.core.inquiry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * What has been found out for one mail, so that nothing is asked twice and every decision about it
 * rests on the same answers. One thread at a time has it.
 */
public final class Notes implements Facts {
  private final Map<Fact<?>, Note> notes = new HashMap<>(4);

  private sealed interface Note {

    record Known(Object answer) implements Note {}

    record Unavailable(RuntimeException why) implements Note {}
  }

  @Override
  public <T> T know(Fact<T> fact) {
    Note note = notes.get(fact);
    if (note == null) {
      note = new Note.Known(fact.atOnce().orElseThrow(() -> new Wanted(fact)));
      notes.put(fact, note);
    }
    if (note instanceof Note.Unavailable unavailable) {
      throw unavailable.why();
    }
    @SuppressWarnings("unchecked") // noted under a fact that is equal, so of the same kind
    T answer = (T) ((Note.Known) note).answer();
    return answer;
  }

  /** How many there are. */
  int count() {
    return notes.size();
  }

  /** Asks for all of {@code wanted} side by side. */
  Asked ask(Set<Fact<?>> wanted, Executor mayBlock) {
    Map<Fact<?>, CompletableFuture<Note>> asked = new LinkedHashMap<>();
    wanted.forEach(fact -> asked.put(fact, asked(fact, mayBlock)));
    return new Asked(asked);
  }

  /** Questions that are on their way. */
  final class Asked {
    private final Map<Fact<?>, CompletableFuture<Note>> answers;

    private Asked(Map<Fact<?>, CompletableFuture<Note>> answers) {
      this.answers = answers;
    }

    /** When all are noted, be it that they cannot be had; exceptionally for an {@code Error}. */
    CompletableFuture<Notes> answered() {
      return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
          .thenApply(
              done -> {
                answers.forEach((fact, note) -> notes.put(fact, note.join()));
                return Notes.this;
              });
    }

    /** If it is not answered, it cannot be had now. */
    void giveUp(Fact<?> fact) {
      CompletableFuture<Note> answer = answers.get(fact);
      if (answer != null) {
        answer.complete(new Note.Unavailable(new LookupUnavailable("no answer in time: " + fact)));
      }
    }
  }

  private static CompletableFuture<Note> asked(Fact<?> fact, Executor mayBlock) {
    CompletionStage<?> answer;
    try {
      answer = fact.ask(mayBlock);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(new Note.Unavailable(e));
    }
    return answer
        .<Note>handle(
            (known, trouble) ->
                trouble == null
                    ? new Note.Known(known)
                    : new Note.Unavailable(Inquiry.unchecked(trouble)))
        .toCompletableFuture();
  }
}
