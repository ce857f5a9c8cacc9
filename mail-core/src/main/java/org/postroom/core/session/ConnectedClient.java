package org.postroom.core.session;

import java.net.InetAddress;
import java.util.function.Supplier;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.log.MailLog;
import org.postroom.core.wire.Connection;

/**
 * The client of a connection logs in there: nothing is read from it while an attempt is under way.
 *
 * @param name its name and address, as {@link MailLog#client} writes them
 */
record ConnectedClient(Connection connection, Supplier<String> name, AppSessions ofApps)
    implements LoginClient {

  @Override
  public InetAddress address() {
    return connection.remote().getAddress();
  }

  @Override
  public MailLog.Caller caller() {
    return Callers.of(connection, name.get());
  }

  @Override
  public void suspend() {
    connection.suspend();
  }

  @Override
  public void resume(Runnable turn) {
    connection.resume(turn);
  }

  @Override
  public boolean hasLeft() {
    return connection.isClosed();
  }

  @Override
  public boolean mayHaveLeft() {
    return connection.mayBeGone();
  }

  @Override
  public void drop() {
    connection.close();
  }

  @Override
  public void shown(AppPassword app) {
    ofApps.add(app.id(), connection);
  }
}
