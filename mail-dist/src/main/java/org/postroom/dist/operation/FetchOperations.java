package org.postroom.dist.operation;

import java.util.List;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.fetch.FetchJobs;

/** Jobs that fetch mail from accounts elsewhere. */
public final class FetchOperations {

  /** Says which ones there are, and how they are. */
  public static final Operation<Which, Jobs> LIST =
      new Operation<>(
          "fetch-list",
          Which.class,
          Jobs.class,
          (desk, asked) -> some(desk.server().service(FetchJobs.class), asked));

  /** Has some be due now, and says how they are. */
  public static final Operation<Which, Jobs> RUN =
      new Operation<>("fetch-run", Which.class, Jobs.class, FetchOperations::run);

  private FetchOperations() {}

  /**
   * Jobs by their names.
   *
   * @param names none: all
   */
  public record Which(List<String> names) {
    public Which {
      names = List.copyOf(names);
    }
  }

  /** How jobs are. */
  public record Jobs(List<FetchJobs.Status> jobs) {
    public Jobs {
      jobs = List.copyOf(jobs);
    }
  }

  private static Jobs some(FetchJobs all, Which asked) {
    List<FetchJobs.Status> found =
        all.all().stream()
            .filter(job -> asked.names().isEmpty() || asked.names().contains(job.name()))
            .toList();
    for (String name : asked.names()) {
      if (found.stream().noneMatch(job -> job.name().equals(name))) {
        throw new OperationRefused(OperationRefused.Kind.REQUEST, "no job is called " + name);
      }
    }
    return new Jobs(found);
  }

  private static Jobs run(Desk desk, Which asked) {
    FetchJobs all = desk.server().service(FetchJobs.class);
    some(all, asked).jobs().forEach(job -> all.run(job.name()));
    return some(all, asked);
  }
}
