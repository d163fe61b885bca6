package io.dualwrite.clients;

import java.time.OffsetDateTime;
import org.jooq.TableField;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;
import org.jooq.impl.Internal;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;
import org.jooq.impl.UpdatableRecordImpl;

/** The table {@code stock} as jOOQ's generator would write it. */
final class StockRecords {

  private StockRecords() {}

  static final class Stock extends TableImpl<StockRecord> {
    final TableField<StockRecord, String> product =
        createField(DSL.name("product"), SQLDataType.CLOB.nullable(false), this);
    final TableField<StockRecord, Integer> quantity =
        createField(DSL.name("quantity"), SQLDataType.INTEGER.nullable(false), this);
    final TableField<StockRecord, OffsetDateTime> changedAt =
        createField(
            DSL.name("changed_at"),
            SQLDataType.TIMESTAMPWITHTIMEZONE.defaultValue(
                DSL.field("clock_timestamp()", OffsetDateTime.class)),
            this);

    Stock() {
      super(DSL.name("stock"));
    }

    @Override
    public Class<StockRecord> getRecordType() {
      return StockRecord.class;
    }

    @Override
    public UniqueKey<StockRecord> getPrimaryKey() {
      return Internal.createUniqueKey(
          this, DSL.name("stock_pkey"), new TableField[] {product}, true);
    }
  }

  static final class StockRecord extends UpdatableRecordImpl<StockRecord> {
    StockRecord() {
      super(new Stock());
    }
  }
}
