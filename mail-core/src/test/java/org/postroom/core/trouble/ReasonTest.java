package org.postroom.core.trouble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.refusal.WireFault;

/** No name of a class is in what people read. */
final class ReasonTest {

  static Stream<Arguments> troubles() {
    WireFault silent = new WireFault("192.0.2.53:53 has not answered within 5 s");
    String silence = "192.0.2.53:53 has not answered within 5 s";
    return Stream.of(
        arguments(silent, silence),
        arguments(new CompletionException(silent), silence),
        arguments(new CompletionException(new ExecutionException(silent)), silence),
        arguments(new RuntimeException(silent), silence),
        arguments(new IllegalStateException("cannot go on", silent), "cannot go on"),
        arguments(new StorageUnavailable("the store is away", silent), "the store is away"),
        arguments(new NoSuchFileException("/etc/x"), "No such file or directory"),
        arguments(new AccessDeniedException("/etc/x"), "Permission denied"),
        arguments(new NotDirectoryException("/etc/x"), "Not a directory"),
        arguments(new FileSystemException("/etc/x", null, "Is a directory"), "Is a directory"),
        arguments(new FileSystemException("/etc/x"), "Input/output error"),
        arguments(
            new UncheckedIOException(new NoSuchFileException("/etc/x")),
            "No such file or directory"),
        arguments(
            new UncheckedIOException("x of the maildrop", new IOException()), "x of the maildrop"),
        arguments(
            new MalformedInputException(1),
            "its text is not in the character set that it should be in"),
        arguments(new UnknownHostException("x.test"), "host not found: x.test"),
        arguments(new ConnectException("Connection refused"), "Connection refused"),
        arguments(new ClosedChannelException(), "the connection is closed"),
        arguments(new UnknownHostException(), "unknown host"),
        arguments(new PortUnreachableException(), "port unreachable"),
        arguments(new IOException() {}, "no reason is given"),
        arguments(new IOException(null, silent), silence),
        arguments(new IOException(""), "io"),
        arguments(
            new SSLHandshakeException(
                "PKIX path building failed: sun.security.provider.certpath."
                    + "SunCertPathBuilderException: unable to find a path"),
            "PKIX path building failed: unable to find a path"),
        arguments(new IOException("java.io.IOException: "), "io"),
        arguments(
            new IOException("recvAddress(..) failed with error(-111): Connection refused"),
            "Connection refused"),
        arguments(new IOException("mx.far.test: no.Error here"), "mx.far.test: no.Error here"),
        arguments(new IOException("no\r\nSubject: x\u2028y\0"), "no Subject: x y"),
        arguments(new IOException("x".repeat(2000)), "x".repeat(1000) + "…"),
        arguments(new IOException("x".repeat(999) + "\ud83d\ude00"), "x".repeat(999) + "…"),
        arguments(new TimeoutException(), "timeout"),
        arguments(new EOFException(), "it ends too early"),
        arguments(new IOException(), "io"),
        arguments(new StackOverflowError(), "stack overflow"),
        arguments(
            new NullPointerException("Cannot invoke \"org.postroom.X.y()\" because \"x\" is null"),
            "an error in the program"),
        arguments(new NoClassDefFoundError("org/postroom/X"), "an error in the program"));
  }

  @ParameterizedTest
  @MethodSource("troubles")
  void isInWords(Throwable trouble, String text) {
    assertThat(Reason.text(trouble)).isEqualTo(text).doesNotContain("Exception", "java.", "Fault");
  }

  @Test
  void namesTheFileToWhoLooksAfterTheMachine() {
    FileSystemException full = new FileSystemException("/d/x", null, "No space left on device");

    assertThat(Reason.withFile(full)).isEqualTo("/d/x: No space left on device");
    assertThat(Reason.withFile(new UncheckedIOException(new AccessDeniedException("/d/y"))))
        .isEqualTo("/d/y: Permission denied");
    assertThat(Reason.withFile(new FileSystemException(null))).isEqualTo("Input/output error");
    assertThat(Reason.withFile(new IOException("not so"))).isEqualTo("not so");
  }
}
