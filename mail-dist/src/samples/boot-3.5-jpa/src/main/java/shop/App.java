package shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A shop with a database, migrations and a web server of its own. */
@SpringBootApplication
public class App {}
