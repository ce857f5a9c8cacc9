package org.postroom.smtp.client.tlsrpt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.json.Json;

/**
 * The report to a domain on a day of UTC, as JSON (RFC 8460, 4) and as a mail with that (5.3).
 *
 * @param reporter who we are
 * @param id of the report, unique among ours
 */
record DayReport(Domain reporter, Domain domain, LocalDate day, String id, Tally tally) {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'});

  String contact() {
    return "postmaster@" + reporter.name();
  }

  /** Compressed, as it is sent. */
  byte[] gzip() {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(octets)) {
      out.write(json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  byte[] json() {
    Map<String, @Nullable Object> range = new LinkedHashMap<>();
    range.put("start-datetime", day + "T00:00:00Z");
    range.put("end-datetime", day + "T23:59:59Z");
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("organization-name", reporter.name());
    report.put("date-range", range);
    report.put("contact-info", contact());
    report.put("report-id", id);
    report.put("policies", tally.policies(domain));
    return Json.write(report);
  }

  /**
   * The mail.
   *
   * @param date of it, as its header has it
   */
  byte[] mail(Address to, String date) {
    String boundary = "tlsrpt_" + id;
    long start = day.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    String file =
        reporter.name() + "!" + domain.name() + "!" + start + "!" + (start + 86_399) + "!" + id;
    String text =
        "Date: "
            + date
            + "\r\nFrom: "
            + contact()
            + "\r\nTo: "
            + to
            + "\r\nSubject: Report Domain: "
            + domain
            + "\r\n Submitter: "
            + reporter
            + "\r\n Report-ID: <"
            + id
            + "@"
            + reporter
            + ">\r\nMessage-ID: <"
            + id
            + "@"
            + reporter
            + ">\r\nAuto-Submitted: auto-generated\r\nTLS-Report-Domain: "
            + domain
            + "\r\nTLS-Report-Submitter: "
            + reporter
            + "\r\nTLS-Required: No\r\nMIME-Version: 1.0\r\n"
            + "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n\tboundary=\""
            + boundary
            + "\"\r\n\r\n--"
            + boundary
            + "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
            + "This is a report on TLS with the mail exchangers of\r\n"
            + domain
            + " on "
            + day
            + " (UTC), by "
            + reporter
            + ".\r\n\r\n--"
            + boundary
            + "\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n"
            + "Content-Disposition: attachment;\r\n\tfilename=\""
            + file
            + ".json.gz\"\r\n\r\n"
            + new String(LINES.encode(gzip()), StandardCharsets.US_ASCII)
            + "\r\n\r\n--"
            + boundary
            + "--\r\n";
    return text.getBytes(UTF_8);
  }
}
