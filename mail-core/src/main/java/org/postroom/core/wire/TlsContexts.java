package org.postroom.core.wire;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.refusal.WireFault;

/**
 * Makes {@link TlsContext}s: TLS 1.2 and 1.3, by BoringSSL where its native is present, else by the
 * JDK. Whatever is wrong with keys or certificates is a {@link WireFault} that names the file and
 * what to do.
 */
public final class TlsContexts {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private static final String IS_KEY = " is a private key and";

  private TlsContexts() {}

  /**
   * For a server, from PEM files.
   *
   * @param chain the certificate and its intermediates, the certificate first
   * @param key its private key, unencrypted: PKCS#8, PKCS#1 or SEC 1; nobody but its owner and
   *     group may read it
   */
  public static TlsContext server(Path chain, Path key) {
    checkSecret(Privacy.faultOfSecret(key, key + IS_KEY));
    return checked(chain, key);
  }

  /**
   * The same for an administrator's.
   *
   * @param unsafe paths of keys that may be open to others
   */
  public static TlsContext server(Path chain, Path key, Collection<String> unsafe) {
    checkSecret(Privacy.faultOfSecret(key, key + IS_KEY, unsafe));
    return checked(chain, key);
  }

  private static TlsContext checked(Path chain, Path key) {
    checkReadable(chain);
    checkReadable(key);
    return server(read(chain), read(key), chain.toString(), key.toString(), provider());
  }

  /** For a server, from PEM text. */
  public static TlsContext server(String chain, String key) {
    return server(chain, key, provider());
  }

  static TlsContext server(String chain, String key, SslProvider provider) {
    return server(chain, key, "the certificate chain", "the private key", provider);
  }

  private static TlsContext server(
      String chain, String key, String chainFrom, String keyFrom, SslProvider provider) {
    Identity identity = identity(chain, key, chainFrom, keyFrom);
    try {
      SslContext context =
          SslContextBuilder.forServer(keys(List.of(identity), provider))
              .sslProvider(provider)
              .protocols(PROTOCOLS)
              .clientAuth(ClientAuth.NONE)
              .build();
      return new NettyTlsContext(context, false);
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new WireFault(
          keyFrom + " and " + chainFrom + " do not work together: " + e.getMessage(), e);
    }
  }

  /** A certificate with those that vouch for it, and its key. */
  public static final class Identity {
    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private Identity(List<X509Certificate> chain, PrivateKey key) {
      this.chain = chain;
      this.key = key;
    }
  }

  /**
   * One from PEM files, which may be the same; {@link WireFault} as {@link #server(Path, Path)}.
   *
   * @param chain the certificate and its intermediates, the certificate first
   * @param key its private key, which nobody but its owner and group may read
   * @param unsafe paths of keys that may be open to others
   */
  public static Identity identity(Path chain, Path key, Collection<String> unsafe) {
    checkReadable(chain);
    checkReadable(key);
    checkSecret(Privacy.faultOfSecret(key, key + IS_KEY, unsafe));
    return identity(read(chain), read(key), chain.toString(), key.toString());
  }

  private static Identity identity(String chain, String key, String chainFrom, String keyFrom) {
    List<X509Certificate> certificates = certificates(chain, chainFrom);
    PrivateKey privateKey = privateKey(key, keyFrom);
    if (!belongTogether(privateKey, certificates.get(0).getPublicKey())) {
      throw new WireFault(
          keyFrom
              + " is not the key of the first certificate in "
              + chainFrom
              + ": both must come from the same request");
    }
    return new Identity(certificates, privateKey);
  }

  /** In a JKS store, not in PKCS#12: it is for memory alone, and hash rounds cost time here. */
  private static KeyManagerFactory keys(List<Identity> identities, SslProvider provider)
      throws GeneralSecurityException, IOException {
    char[] password = "memory".toCharArray();
    KeyStore store = KeyStore.getInstance("JKS");
    store.load(null, null);
    for (Identity one : identities) {
      store.setKeyEntry(
          "key" + store.size(), one.key, password, one.chain.toArray(new X509Certificate[0]));
    }
    KeyManagerFactory factory =
        provider == SslProvider.OPENSSL
            ? new OpenSslX509KeyManagerFactory()
            : KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return factory;
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    byte[] proof = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(proof);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(proof);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false; // keys of different kinds
    } catch (NoSuchAlgorithmException e) {
      return true; // not for us to judge; the TLS library will
    }
  }

  /**
   * For a server whose keys are made when the first client wants them.
   *
   * @param maker called once, on any thread
   */
  public static TlsContext lazyServer(Supplier<TlsContext> maker) {
    return new NettyTlsContext(() -> ((NettyTlsContext) maker.get()).context(), false, false);
  }

  /**
   * For a client that encrypts with anybody: nothing is verified, be it because anybody will do
   * (RFC 7435) or because who it is will be looked at when the handshake is over.
   */
  public static TlsContext opportunisticClient() {
    return opportunisticClient(Set.of(PROTOCOLS), List.of());
  }

  /**
   * The same with what a server may ask for.
   *
   * @param versions of TLS: {@code TLSv1.2}, {@code TLSv1.3} or both
   * @param identities that are shown to a server that wants to see one; the first that it can use
   */
  public static TlsContext opportunisticClient(Set<String> versions, List<Identity> identities) {
    List<String> both = new ArrayList<>(List.of(PROTOCOLS));
    both.retainAll(versions);
    String[] spoken = both.toArray(new String[0]);
    if (identities.isEmpty()) {
      return client(() -> anybodys(spoken), false);
    }
    try {
      SslContextBuilder builder = anybodys(spoken).keyManager(keys(identities, provider()));
      return client(() -> builder, false);
    } catch (GeneralSecurityException | IOException e) {
      throw new WireFault("our certificate cannot be shown: " + e.getMessage(), e);
    }
  }

  private static SslContextBuilder anybodys(String[] protocols) {
    return forClient(protocols).trustManager(InsecureTrustManagerFactory.INSTANCE);
  }

  private static SslContextBuilder forClient(String[] protocols) {
    WireAhead.made();
    return SslContextBuilder.forClient().protocols(protocols);
  }

  /** For a client that verifies chain and name against the authorities the JVM trusts. */
  public static TlsContext verifyingClient() {
    return client(() -> forClient(PROTOCOLS), true);
  }

  /** For a client that verifies chain and name against these authorities (PEM) only. */
  public static TlsContext verifyingClient(String authorities) {
    SslContextBuilder builder =
        forClient(PROTOCOLS).trustManager(certificates(authorities, "the list of authorities"));
    return client(() -> builder, true);
  }

  /**
   * Puts the content of {@code fresh} in the place of {@code current}'s, at once and as a whole:
   * handshakes from now on use it.
   */
  public static void replace(TlsContext current, TlsContext fresh) {
    ((NettyTlsContext) current).replaceBy((NettyTlsContext) fresh);
  }

  /** Many servers never are one: it is made for the first connection. */
  private static TlsContext client(Supplier<SslContextBuilder> builder, boolean verifies) {
    return new NettyTlsContext(() -> built(builder.get(), verifies), true, verifies);
  }

  private static SslContext built(SslContextBuilder builder, boolean verifies) {
    try {
      // Netty verifies names by default; opportunistic TLS must not (any name will do).
      return builder
          .sslProvider(provider())
          .endpointIdentificationAlgorithm(verifies ? "HTTPS" : null)
          .build();
    } catch (SSLException e) {
      throw new WireFault("TLS for clients is not to be had: " + e.getMessage(), e);
    }
  }

  static SslProvider provider() {
    WireAhead.made();
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  /**
   * The certificates of authorities in a PEM file, at least one; a {@link WireFault} names the
   * file.
   */
  public static List<X509Certificate> authorities(Path file) {
    checkReadable(file);
    return certificates(read(file), file.toString());
  }

  private static void checkReadable(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new WireFault(file + " does not exist: put the PEM file there, or change the path");
    }
    if (!Files.isReadable(file)) {
      throw new WireFault(
          file + " is not readable for this user: chown it to the server's user, chmod 0600");
    }
  }

  private static void checkSecret(Optional<String> found) {
    found.ifPresent(
        fault -> {
          throw new WireFault(fault);
        });
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new WireFault(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  static List<X509Certificate> certificates(String pem, String from) {
    List<X509Certificate> certificates;
    try {
      certificates = Pem.certificates(pem);
    } catch (IOException | CertificateException e) {
      throw new WireFault(from + " is damaged: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new WireFault(from + " holds no certificate (PEM, BEGIN CERTIFICATE)");
    }
    return certificates;
  }

  static PrivateKey privateKey(String pem, String from) {
    try {
      return Pem.privateKey(pem)
          .orElseThrow(
              () ->
                  new WireFault(
                      from
                          + " holds no unencrypted private key (PEM): openssl pkey -in … -out …"
                          + " makes one"));
    } catch (IOException e) {
      throw new WireFault(from + " is damaged: " + e.getMessage(), e);
    }
  }
}
