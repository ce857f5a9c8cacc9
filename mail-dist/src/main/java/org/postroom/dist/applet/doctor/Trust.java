package org.postroom.dist.applet.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a server's clients are to trust, whether it runs or not.
 *
 * @param chain what the server shows, its own certificate first
 * @param anchor the one certificate that is to be trusted: the root, where it can be had
 * @param names those that the server's certificate is for
 */
public record Trust(List<X509Certificate> chain, X509Certificate anchor, List<String> names) {
  public Trust {
    chain = List.copyOf(chain);
    names = List.copyOf(names);
  }

  /**
   * Reads the certificates of a server.
   *
   * @throws IOException where it has none that can be read, saying why
   */
  public static Trust of(Site site) throws IOException {
    Path file =
        site.chain()
            .orElseThrow(
                () ->
                    new IOException(
                        "the server makes another certificate at each start, because it has no"
                            + " folder: name one by storage_folder, or a certificate by"
                            + " smtpd_tls_cert_file"));
    if (site.isOwnChain() && Files.notExists(file)) {
      throw new IOException(
          "the server has made no certificate yet, which it does at its first start ("
              + file
              + ")");
    }
    Chain chain = Chain.read(file);
    X509Certificate anchor =
        site.isOwnChain()
            ? Chain.read(file.resolveSibling("ca.pem")).first()
            : chain.anchor(Machine.roots());
    return new Trust(chain.certificates(), anchor, chain.names());
  }

  /** Whether it leads no further, so that all clients are content with it. */
  public boolean isWhole() {
    return anchor.getIssuerX500Principal().equals(anchor.getSubjectX500Principal());
  }
}
