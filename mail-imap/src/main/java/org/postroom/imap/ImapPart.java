package org.postroom.imap;

import java.util.List;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.imap.param.ImapParams;

/** IMAP4rev1 (RFC 3501). */
public final class ImapPart implements Part {
  /** TLS by STARTTLS. */
  public static final Door IMAP = new Door("imap", 143, false);

  /** TLS from the first octet (RFC 8314, 3.2). */
  public static final Door IMAPS = new Door("imaps", 993, true);

  @Override
  public List<ParamSet> params() {
    return List.of(ImapParams.ALL);
  }

  @Override
  public List<Door> doors() {
    return List.of(IMAP, IMAPS);
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new ImapService(
        premises.mail(), premises.staging(), premises.timers(), premises.clock());
  }
}
