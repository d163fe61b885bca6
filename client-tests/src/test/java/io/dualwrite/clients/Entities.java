package io.dualwrite.clients;

import jakarta.persistence.CascadeType;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.DiscriminatorColumn;
import jakarta.persistence.DiscriminatorValue;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.hibernate.annotations.CreationTimestamp;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.generator.EventType;
import org.hibernate.type.SqlTypes;

/** The shop as Hibernate sees it: every kind of id, a version each, collections. */
final class Entities {

  private Entities() {}

  /** Identity: each insert is a round trip of its own, and the column's default is read back. */
  @Entity(name = "Customer")
  @Table(name = "customer")
  static class Customer {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    @Column(columnDefinition = "text")
    String email;

    @Column(columnDefinition = "text")
    String name;

    @Version int version;

    @Generated(event = EventType.INSERT)
    @Column(name = "created_at")
    Instant createdAt;

    Customer() {}

    Customer(String email, String name) {
      this.email = email;
      this.name = name;
    }
  }

  /** A sequence that Hibernate asks once for 50 ids, and lines that cascade. */
  @Entity(name = "Order")
  @Table(name = "orders")
  static class Order {
    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "orders")
    @SequenceGenerator(name = "orders", sequenceName = "orders_seq", allocationSize = 50)
    Long id;

    @ManyToOne(fetch = FetchType.LAZY)
    Customer customer;

    @CreationTimestamp
    @Column(name = "placed_at")
    Instant placedAt;

    BigDecimal total = BigDecimal.ZERO;
    @Version int version;

    @OneToMany(mappedBy = "order", cascade = CascadeType.ALL, orphanRemoval = true)
    @OrderBy("id.lineNo")
    List<Line> lines = new ArrayList<>();

    Order() {}

    Order(Customer customer) {
      this.customer = customer;
    }

    Order with(String product, int quantity) {
      lines.add(new Line(this, lines.size() + 1, product, quantity));
      return this;
    }
  }

  /** A key of two columns, one of them the order's. */
  @Entity(name = "Line")
  @Table(name = "order_line")
  static class Line {
    @EmbeddedId LineId id = new LineId();

    @ManyToOne(fetch = FetchType.LAZY)
    @MapsId("orderId")
    Order order;

    @Column(columnDefinition = "text")
    String product;

    int quantity;

    Line() {}

    Line(Order order, int lineNo, String product, int quantity) {
      this.order = order;
      this.id.lineNo = lineNo;
      this.product = product;
      this.quantity = quantity;
    }
  }

  @Embeddable
  static class LineId implements Serializable {
    @Column(name = "order_id")
    Long orderId;

    @Column(name = "line_no")
    int lineNo;

    @Override
    public boolean equals(Object other) {
      return other instanceof LineId that
          && Objects.equals(orderId, that.orderId)
          && lineNo == that.lineNo;
    }

    @Override
    public int hashCode() {
      return Objects.hash(orderId, lineNo);
    }
  }

  /** A UUID that Hibernate makes, JSON and an array. */
  @Entity(name = "Event")
  @Table(name = "event")
  static class Event {
    @Id
    @GeneratedValue(strategy = GenerationType.UUID)
    UUID id;

    @Column(columnDefinition = "text")
    String kind;

    @JdbcTypeCode(SqlTypes.JSON)
    Map<String, String> detail;

    @Column(columnDefinition = "text[]")
    String[] tags = {};

    Event() {}

    Event(String kind, Map<String, String> detail, String... tags) {
      this.kind = kind;
      this.detail = detail;
      this.tags = tags;
    }
  }

  /** One table for a hierarchy, a sequence asked for each id, element collections. */
  @Entity(name = "Ticket")
  @Table(name = "ticket")
  @DiscriminatorColumn(name = "kind")
  @DiscriminatorValue("plain")
  @DynamicUpdate
  static class Ticket {
    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "ticket")
    @SequenceGenerator(name = "ticket", sequenceName = "ticket_seq", allocationSize = 1)
    Long id;

    String title;
    @Version int version;

    @Column(name = "opened_at")
    Instant openedAt;

    @ManyToOne(fetch = FetchType.LAZY)
    Customer customer;

    @ElementCollection
    @CollectionTable(name = "ticket_label")
    @Column(name = "label")
    Set<String> labels = new TreeSet<>();

    @ElementCollection
    @CollectionTable(name = "ticket_note")
    @OrderColumn(name = "position")
    @Column(name = "note")
    List<String> notes = new ArrayList<>();

    Ticket() {}

    Ticket(String title) {
      this.title = title;
    }
  }

  @Entity(name = "Incident")
  @DiscriminatorValue("incident")
  static class Incident extends Ticket {
    Integer severity;

    Incident() {}

    Incident(String title, int severity) {
      super(title);
      this.severity = severity;
    }
  }
}
