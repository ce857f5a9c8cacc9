package shop;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

@Entity
public class Customer {
  @Id private Long id;
  private String mail;

  protected Customer() {}

  public Customer(Long id, String mail) {
    this.id = id;
    this.mail = mail;
  }

  public String mail() {
    return mail;
  }
}
