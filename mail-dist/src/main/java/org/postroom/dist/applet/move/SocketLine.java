package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.postroom.dist.remote.RemoteLine;

/** A socket of the machine's own network. */
final class SocketLine implements RemoteLine {
  private static final int BUFFER = 64 * 1024;

  private final ImapPlace place;
  private final SSLSocketFactory factory;
  private Socket socket;
  private InputStream in = InputStream.nullInputStream();

  /**
   * One that is not connected yet.
   *
   * @param place whose name the server has to show
   */
  SocketLine(Socket socket, ImapPlace place, SSLSocketFactory factory) {
    this.socket = socket;
    this.place = place;
    this.factory = factory;
  }

  /** It is connected now. */
  void begin() throws IOException {
    if (place.tls()) {
      startTls();
    } else {
      in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    }
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public void send(String line) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((line + "\r\n").getBytes(UTF_8));
    out.flush();
  }

  @Override
  public boolean isSecure() {
    return socket instanceof SSLSocket;
  }

  @Override
  public void startTls() throws IOException {
    SSLSocket secured = (SSLSocket) factory.createSocket(socket, place.host(), place.port(), true);
    socket = secured;
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    in = new BufferedInputStream(secured.getInputStream(), BUFFER);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing more is wanted of it.
    }
  }
}
