package org.postroom.dist.program;

import java.util.ArrayList;
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

/**
 * Programs and files that take mail: the {@code pipe} services of master.cf, and what aliases name.
 */
public final class ProgramPart implements Part {

  @Override
  public List<ParamSet> params() {
    return List.of(ProgramParams.ALL);
  }

  @Override
  public List<Door> doors() {
    return List.of();
  }

  @Override
  public void check(Outgoing outgoing, Policy policy, Tables tables) {
    Identities identities = Identities.ofThisProcess();
    LocalTransport.check(outgoing.settings(), identities);
    MailboxCommands.check(outgoing.settings(), tables);
    PipeServices.check(outgoing, identities);
  }

  @Override
  public List<String> transports(Outgoing outgoing) {
    List<String> names = new ArrayList<>();
    for (Outgoing.Service service : PipeServices.all(outgoing)) {
      names.add(service.line().name());
    }
    return List.copyOf(names);
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new ProgramService(premises, started, Identities.ofThisProcess());
  }
}
