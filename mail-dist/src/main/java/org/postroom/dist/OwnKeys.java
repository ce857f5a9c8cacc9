package org.postroom.dist;

import java.util.List;
import java.util.concurrent.Executor;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.TlsContext;

/** A certificate that the server has made for itself, and the authority that vouches for it. */
interface OwnKeys {

  /** What handshakes are made with; stays the same object whatever becomes of what is in it. */
  TlsContext context();

  /** The authority's certificate, in PEM. */
  String authority();

  /**
   * From now on the server is called {@code names}, the one that it calls itself first. Without
   * effect where it is already; else another authority is made.
   *
   * @throws org.postroom.core.refusal.WireFault when they cannot be kept; then all is as before
   */
  void become(List<String> names);

  /** Looks after it until {@link #retire}. */
  void keepRenewed(Timers timers, Executor workers);

  /** It is looked after no more. */
  void retire();
}
