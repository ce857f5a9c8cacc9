package org.postroom.dist.auth;

import java.util.List;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;

/** Log-ins for other servers, by Dovecot's authentication protocol. */
public final class AuthPart implements Part {
  /** Nobody has given it a port; this is the one of Dovecot's examples. TLS is not spoken. */
  public static final Door AUTH = new Door("auth", 12_345, false);

  @Override
  public List<ParamSet> params() {
    return List.of(AuthServerParams.ALL);
  }

  @Override
  public List<Door> doors() {
    return List.of(AUTH);
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new AuthService(premises.unguessable(), premises.clock());
  }
}
