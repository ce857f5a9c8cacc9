package org.postroom.core.transcript;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Input;
import org.postroom.core.wire.Output;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsSession;

/** A connection that seems to come from another machine. */
public record FarConnection(Connection near, InetSocketAddress remote) implements Connection {

  /** A client at 192.0.2.7. */
  public FarConnection(Connection near) {
    this(near, at("192.0.2.7"));
  }

  /** A client at an address, in figures. */
  public static InetSocketAddress at(String address) {
    try {
      return new InetSocketAddress(InetAddress.getByName(address), 4711);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String id() {
    return near.id();
  }

  @Override
  public InetSocketAddress local() {
    return near.local();
  }

  @Override
  public Input in() {
    return near.in();
  }

  @Override
  public Output out() {
    return near.out();
  }

  @Override
  public Optional<TlsSession> tls() {
    return near.tls();
  }

  @Override
  public void deadline(Duration limit) {
    near.deadline(limit);
  }

  @Override
  public void lineLimit(int limit) {
    near.lineLimit(limit);
  }

  @Override
  public void awaitOctets() {
    near.awaitOctets();
  }

  @Override
  public void whenRead(Runnable rest) {
    near.whenRead(rest);
  }

  @Override
  public void hold(Duration wait) {
    near.hold(wait);
  }

  @Override
  public void startTls(TlsContext context) {
    near.startTls(context);
  }

  @Override
  public TlsSession startTlsAsClient(TlsContext context, String serverName) {
    return near.startTlsAsClient(context, serverName);
  }

  @Override
  public void trusted() {
    near.trusted();
  }

  @Override
  public boolean isCrowded() {
    return near.isCrowded();
  }

  @Override
  public void keeps(int octets) {
    near.keeps(octets);
  }

  @Override
  public boolean isStopping() {
    return near.isStopping();
  }

  @Override
  public void execute(Runnable task) {
    near.execute(task);
  }

  @Override
  public void suspend() {
    near.suspend();
  }

  @Override
  public void resume(Runnable task) {
    near.resume(task);
  }

  @Override
  public boolean mayBeGone() {
    return near.mayBeGone();
  }

  @Override
  public boolean isClosed() {
    return near.isClosed();
  }

  @Override
  public void close() {
    near.close();
  }
}
