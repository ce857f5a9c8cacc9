package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postroom.core.trouble.Reason;
import org.postroom.dist.applet.doctor.Site;
import org.postroom.dist.applet.doctor.Trust;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code postroom tls}: the server's certificates. */
@Command(
    name = "tls",
    description = "The server's certificates: export writes what mail programs are to trust.",
    mixinStandardHelpOptions = true,
    subcommands = TlsApplet.ExportApplet.class)
public final class TlsApplet implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  TlsApplet() {}

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "expected export");
  }

  /**
   * Writes them; keys are never written.
   *
   * <p>DIAGNOSTICS: 0 written; 66 the server has none that can be read; 73 a file cannot be
   * written.
   */
  @Command(
      name = "export",
      description = {
        "Writes the certificate that mail programs are to trust so that they believe the server:"
            + " that of its own authority, or the root of the certificate that it was given.",
        "What they then ask for must be one of the names that are printed. Nothing secret is"
            + " written. The server need not run."
      },
      mixinStandardHelpOptions = true)
  static final class ExportApplet implements Callable<Integer> {
    private static final int NO_INPUT = 66;
    private static final int NO_OUTPUT = 73;
    private static final int LINE = 64;

    @Mixin private Place place = new Place();
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
        names = "--to",
        paramLabel = "FILE",
        description = "In PEM, to this file instead of standard output.")
    private @Nullable Path to;

    @Option(
        names = "--chain",
        paramLabel = "FILE",
        description =
            "And to this file, in PEM, the certificates that the server shows, its own first.")
    private @Nullable Path chain;

    @Option(
        names = "--p12",
        paramLabel = "FILE",
        description =
            "And to this file what is to be trusted as PKCS #12, for programs in Java"
                + " (javax.net.ssl.trustStore), with the password changeit.")
    private @Nullable Path p12;

    ExportApplet() {}

    @Override
    public Integer call() {
      PrintWriter err = spec.commandLine().getErr();
      Trust trust;
      try {
        trust = Trust.of(Site.of(place.described().checked()));
      } catch (IOException e) {
        err.println("postroom: error: " + e.getMessage());
        return NO_INPUT;
      }
      try {
        write(trust);
      } catch (IOException e) {
        err.println("postroom: error: cannot be written: " + Reason.withFile(e));
        return NO_OUTPUT;
      }
      err.println(
          "Who trusts it believes "
              + String.join(", ", trust.names())
              + "; it ends on "
              + trust.anchor().getNotAfter().toInstant().atZone(ZoneOffset.UTC).toLocalDate()
              + ".");
      if (!trust.isWhole()) {
        err.println(
            "postroom: warning: its root is not there ("
                + trust.anchor().getIssuerX500Principal().getName()
                + "); clients that want one do not believe it");
      }
      return 0;
    }

    private void write(Trust trust) throws IOException {
      String pem = pem(List.of(trust.anchor()));
      if (to == null) {
        spec.commandLine().getOut().print(pem);
        spec.commandLine().getOut().flush();
      } else {
        Files.writeString(to, pem, US_ASCII);
      }
      if (chain != null) {
        Files.writeString(chain, pem(trust.chain()), US_ASCII);
      }
      if (p12 != null) {
        Files.write(p12, trustStore(trust.anchor()));
      }
    }

    /** RFC 7468, with whose each is in front of it. */
    private static String pem(List<X509Certificate> certificates) {
      StringBuilder text = new StringBuilder();
      Base64.Encoder lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
      for (X509Certificate one : certificates) {
        text.append("# ").append(one.getSubjectX500Principal().getName()).append('\n');
        text.append("-----BEGIN CERTIFICATE-----\n");
        text.append(lines.encodeToString(encoded(one))).append('\n');
        text.append("-----END CERTIFICATE-----\n");
      }
      // A name may have letters of others; what is no certificate is for people.
      return text.toString().replaceAll("[^\\n\\x20-\\x7e]", "?");
    }

    private static byte[] encoded(X509Certificate certificate) {
      try {
        return certificate.getEncoded();
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException(e); // it was read from that form
      }
    }

    private static byte[] trustStore(X509Certificate anchor) throws IOException {
      try {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("postroom", anchor);
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        store.store(octets, "changeit".toCharArray());
        return octets.toByteArray();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e); // every JDK has it
      }
    }
  }
}
