package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.Counts;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records and rows that a side refuses, each in its own way: the others come all the same. */
@WithDatabases
class FileRefusalsTest {
  @TempDir private Path directory;
  private final TwoDatabases two;

  FileRefusalsTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() throws SQLException {
    two.reconciler.init();
  }

  private FileBackfill load(Absent absent, String content) throws IOException {
    Path file = Files.writeString(directory.resolve("a.csv"), content);
    return two.reconciler.backfill(
        FileBackfillOptions.of("public.v", List.of(file.toString()))
            .absent(absent)
            .setAside(Optional.of(directory.resolve("bad.csv"))),
        BackfillProgress.NONE);
  }

  private String target() throws SQLException {
    return two.dbs.queryValue(
        two.dbs.target(), "select coalesce(string_agg(v::text, ' ' order by id), '') from v");
  }

  @Test
  @Guarantee("G4")
  void noRowOfTheTargetMakesRoomForOneOfTheSource() throws Exception {
    two.both("create table v (id int primary key, code text)");
    two.source("insert into v values (1, 'a'), (2, 'b')");
    two.target("alter table v add unique (code)", "insert into v values (9, 'a')");
    String file = "id,code\n1,a\n2,b\n";

    FileBackfill load = load(Absent.HOLD, file);

    assertThat(target()).isEqualTo("(2,b) (9,a)");
    assertThat(load.counts()).isEqualTo(new Counts(1, 0, 0, 0, 0, 1));
    assertThat(load.complete()).isFalse();
  }

  @Test
  void aSecondRecordDoesNotComeInForARefusedRowOfTheSource() throws Exception {
    two.both("create table v (id int primary key, code text)");
    two.target("alter table v add check (length(code) < 4)");
    two.source("insert into v values (1, 'longer')");

    FileBackfill load = load(Absent.INSERT, "id,code\n1,a\n1,b\n2,c\n");

    assertThat(target()).isEqualTo("(2,c)");
    assertThat(load.counts()).isEqualTo(new Counts(0, 1, 0, 0, 0, 2));
  }

  @Test
  void aRowOfTheSourceThatTheTargetCannotParseIsSetAside() throws Exception {
    two.both("create table v (id int primary key, p text)");
    two.target("alter table v add check (p::jsonpath is not null)");
    two.source("insert into v values (1, '$.a'), (2, '$.a secret'), (3, '$.c')");

    FileBackfill load = load(Absent.INSERT, "id,p\n1,$.a\n2,$.b\n3,$.c\n4,$.d secret\n5,$.e\n");

    assertThat(load.problem()).isEmpty();
    assertThat(target()).isEqualTo("(1,$.a) (3,$.c) (5,$.e)");
    assertThat(load.counts()).isEqualTo(new Counts(2, 1, 0, 0, 0, 2));
    assertThat(load.toString()).doesNotContain("secret");
  }

  @Test
  void columnsMayBeCalledAsTheyLike() throws Exception {
    two.both(
        "create table v (id int primary key, msg text check (length(msg) < 5), st text, con text, found text, r text, n text, c0 text, dualwrite_st text)");

    FileBackfill load =
        load(
            Absent.INSERT,
            "id,msg,st,con,found,r,n,c0,dualwrite_st\n1,good,a,b,c,d,e,f,g\n2,too long,a,b,c,d,e,f,g\nx,good,a,b,c,d,e,f,g\n");

    assertThat(load.problem()).isEmpty();
    assertThat(target()).isEqualTo("(1,good,a,b,c,d,e,f,g)");
    assertThat(load.counts()).isEqualTo(new Counts(0, 1, 0, 0, 0, 2));
  }

  @Test
  void aDomainNeedNotTakeNulls() throws Exception {
    two.both(
        "create domain dn as varchar(4) not null", "create table v (id int primary key, d dn)");

    FileBackfill load = load(Absent.INSERT, "id,d\n1,good\nx,b\n3,too long\n4,\n5,good\n");

    assertThat(load.problem()).isEmpty();
    assertThat(target()).isEqualTo("(1,good) (5,good)");
    assertThat(load.reasons())
        .containsOnlyKeys(
            "column id: not a value of the type (22P02)",
            "column d: too long (22001)",
            "column d: null where none may be (23502)");
  }

  @Test
  void aTypeMayRefuseItsTextsInItsOwnWay() throws Exception {
    two.both("create table v (id int primary key, w tsvector, q tsquery)");

    FileBackfill load =
        load(Absent.INSERT, "id,w,q\n1,a b,a\n2,'secret,a\n3,a,secret secret\n4,c,d\n");

    assertThat(load.problem()).isEmpty();
    assertThat(target()).isEqualTo("(1,\"'a' 'b'\",'a') (4,'c','d')");
    assertThat(load.reasons())
        .containsOnlyKeys(
            "column w: not a value of the type (42601)",
            "column q: not a value of the type (42601)");
    assertThat(load.toString()).doesNotContain("secret");
  }

  @Test
  void aKeyIsOneHoweverItIsWritten() throws Exception {
    two.both("create table v (id numeric primary key, x text)");
    two.source("insert into v values (1, 'live')");

    FileBackfill load =
        load(Absent.INSERT, "id,x\n1.0,old\n2.0,first\n2.00,second\n3,c\n1.00,older\n2,third\n");

    assertThat(target()).isEqualTo("(1,live) (2.0,first) (3,c)");
    assertThat(load.counts().inserted()).isEqualTo(2);
    assertThat(load.counts().bad()).isEqualTo(2);
    assertThat(load.reasons())
        .containsOnlyKeys("the target has another row of this key, and the source has none");
  }

  @Test
  void whatATriggerLeavesOutIsNotCalledLoaded() throws Exception {
    two.both("create table v (id int primary key, x text)");
    two.source("insert into v values (1, 'drop'), (2, 'keep')");
    two.target(
        "create function drops() returns trigger language plpgsql as $$ begin if new.x = 'drop' then return null; end if; return new; end $$",
        "create trigger drops before insert on v for each row execute function drops()");

    FileBackfill load = load(Absent.INSERT, "id,x\n1,a\n2,a\n3,drop\n4,keep\n3,second\n");

    assertThat(target()).isEqualTo("(2,keep) (3,second) (4,keep)");
    assertThat(load.counts()).isEqualTo(new Counts(1, 2, 0, 0, 0, 2));
    assertThat(load.reasons())
        .containsOnlyKeys(
            "left out by a trigger of the target",
            "the source's row is left out by a trigger of the target");
  }

  @Test
  void aKeyThatTheSourceCannotHoldIsOneThatItHasNot() throws Exception {
    two.source(
        "create table v (id int, u uuid, primary key (id, u))",
        "insert into v values (1, '00000000-0000-0000-0000-000000000001')");
    two.target("create table v (id bigint, u text, primary key (id, u))");

    FileBackfill load =
        load(
            Absent.INSERT,
            "id,u\n3000000000,00000000-0000-0000-0000-000000000001\n1,00000000-0000-0000-0000-000000000001\n2,no uuid\n3,00000000-0000-0000-0000-000000000001\n2,no uuid\n");

    assertThat(load.problem()).isEmpty();
    assertThat(load.counts()).isEqualTo(new Counts(1, 3, 1, 0, 0, 0));
  }

  @Test
  void whatIsCheckedAtTheEndIsCheckedBefore() throws Exception {
    two.both("create table v (id int primary key, code text)");
    two.source("insert into v values (1, 'a'), (2, 'b')");
    two.target(
        "alter table v add unique (code) deferrable initially deferred",
        "insert into v values (9, 'a')");

    FileBackfill load = load(Absent.HOLD, "id,code\n1,a\n2,b\n");

    assertThat(load.problem()).isEmpty();
    assertThat(target()).isEqualTo("(2,b) (9,a)");
    assertThat(load.counts()).isEqualTo(new Counts(1, 0, 0, 0, 0, 1));
  }
}
