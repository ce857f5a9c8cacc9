package org.postroom.dist.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.postroom.core.config.Settings;

final class NamesTest {

  @Test
  void aFoldersDollarSignIsOne() {
    Settings.Builder settings = Parts.standard().settings();
    Names.ofTheMachine(Path.of("/srv/a$b")).forEach(settings::preset);

    assertThat(settings.build().expandedText("export_environment"))
        .contains("TZ MAIL_CONFIG=/srv/a$b LANG");
  }
}
