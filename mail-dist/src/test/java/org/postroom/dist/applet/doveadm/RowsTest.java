package org.postroom.dist.applet.doveadm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.dist.applet.doveadm.Rows.Column;
import org.postroom.dist.applet.doveadm.Rows.Form;

/** How answers look, beside Dovecot's; where its table is as wide as the screen, ours is not. */
final class RowsTest {
  private static String said(Form form, List<Column> columns, List<List<String>> rows) {
    StringWriter said = new StringWriter();
    Rows all = new Rows(form, columns, new PrintWriter(said));
    rows.forEach(all::add);
    all.end();
    return said.toString().replace(System.lineSeparator(), "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "FLOW | ada A messages=1;bob B messages=20;",
        "TAB | Username\tmailbox\tmessages;ada\tA\t1;bob\tB\t20;",
        "TABLE | Username mailbox messages;ada      A       1;bob      B       20;",
        "PAGER | ada;A;messages: 1;\f;bob;B;messages: 20;",
        "JSON | [{\"username\":\"ada\",\"mailbox\":\"A\",\"messages\":\"1\"},"
            + "{\"username\":\"bob\",\"mailbox\":\"B\",\"messages\":\"20\"}];",
      })
  void areSaid(Form form, String said) {
    List<Column> columns =
        List.of(
            Column.plain("username", "Username"), Column.plain("mailbox"), Column.of("messages"));

    assertThat(said(form, columns, List.of(List.of("ada", "A", "1"), List.of("bob", "B", "20"))))
        .isEqualTo(said.replace(';', '\n'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"FLOW | ``", "TAB | uid\tguid;", "TABLE | ``", "PAGER | ``", "JSON | [];"})
  void areNone(Form form, String said) {
    assertThat(said(form, List.of(Column.plain("uid"), Column.plain("guid")), List.of()))
        .isEqualTo(said.replace(';', '\n'));
  }

  @Test
  void haveNumbersAtTheRight() {
    assertThat(
            said(
                Form.TABLE,
                List.of(Column.of("Type"), Column.number("value", "Value")),
                List.of(List.of("STORAGE", "1"), List.of("MESSAGE", "123456"))))
        .isEqualTo("Type    Value\nSTORAGE      1\nMESSAGE 123456\n");
  }

  @Test
  void haveTextBelowItsTitle() {
    List<Column> columns = List.of(Column.of("hdr.x"), Column.text("body"), Column.of("uid"));

    assertThat(said(Form.PAGER, columns, List.of(List.of("a\n b", "c\n\n", "1"))))
        .isEqualTo("hdr.x: a\n b\nbody:\nc\n\nuid: 1\n");
    assertThat(said(Form.PAGER, columns, List.of(List.of("", "c", "1"))))
        .isEqualTo("hdr.x: \nbody:\nc\nuid: 1\n");
    assertThat(said(Form.TAB, columns, List.of(List.of("a\t\\", "c\r\n", "1"))))
        .isEqualTo("hdr.x\tbody\tuid\na\\t\\\\\tc\\r\\n\t1\n");
  }

  @Test
  void haveNoTextInATable() {
    Ended ended =
        catchThrowableOfType(
            Ended.class,
            () -> said(Form.TABLE, List.of(Column.text("body")), List.of(List.of("a\nb"))));

    assertThat(ended.status()).isEqualTo(75);
    assertThat(ended.said()).contains("table formatter doesn't support multi-line values");
  }
}
