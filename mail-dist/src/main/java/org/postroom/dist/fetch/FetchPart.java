package org.postroom.dist.fetch;

import java.util.List;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;

/** Mail that is fetched from accounts elsewhere. */
public final class FetchPart implements Part {

  @Override
  public List<ParamSet> params() {
    return List.of(FetchParams.ALL);
  }

  @Override
  public List<Door> doors() {
    return List.of();
  }

  @Override
  public void check(Outgoing outgoing, Policy policy, Tables tables) {
    List<FetchJob> unused = FetchService.jobs(outgoing.settings());
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new FetchService(premises, started);
  }
}
