package org.postroom.pop3;

import java.util.List;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.pop3.param.Pop3Params;

/** POP3 (RFC 1939). */
public final class Pop3Part implements Part {
  /** TLS by STLS. */
  public static final Door POP3 = new Door("pop3", 110, false);

  /** TLS from the first octet (RFC 8314, 3.3). */
  public static final Door POP3S = new Door("pop3s", 995, true);

  @Override
  public List<ParamSet> params() {
    return List.of(Pop3Params.ALL);
  }

  @Override
  public List<Door> doors() {
    return List.of(POP3, POP3S);
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new Pop3Service(premises.mail(), premises.clock());
  }
}
