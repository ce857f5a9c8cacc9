package shop

import jakarta.mail.Message
import jakarta.mail.Session
import jakarta.mail.Transport
import jakarta.mail.internet.InternetAddress
import jakarta.mail.internet.MimeMessage
import java.util.Properties
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Test
import org.postroom.testkit.Mails
import org.postroom.testkit.TestMail

class InvoiceMailTest {
    private val mail = TestMail.start()

    @After
    fun close() = mail.close()

    @Test
    fun sendsAnInvoice() {
        val properties = Properties()
        properties["mail.smtp.host"] = mail.smtp().host()
        properties["mail.smtp.port"] = mail.smtp().port().toString()
        val message = MimeMessage(Session.getInstance(properties))
        message.setFrom("shop@example.net")
        message.setRecipient(Message.RecipientType.TO, InternetAddress("ada@example.org"))
        message.subject = "Your invoice"
        message.setText("Thank you.")
        Transport.send(message)

        assertEquals("Your invoice", mail.awaitOne(Mails.to("ada@example.org")).subject())
    }
}
