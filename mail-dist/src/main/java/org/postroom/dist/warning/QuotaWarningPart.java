package org.postroom.dist.warning;

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

/** Tells owners of accounts how full those are: {@code quota_warning}. */
public final class QuotaWarningPart implements Part {

  /** They are those of quotas. */
  @Override
  public List<ParamSet> params() {
    return List.of();
  }

  @Override
  public List<Door> doors() {
    return List.of();
  }

  @Override
  public void check(Outgoing outgoing, Policy policy, Tables tables) {
    WarningText unused = WarningText.of(outgoing.settings());
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new QuotaWarnings(premises);
  }
}
