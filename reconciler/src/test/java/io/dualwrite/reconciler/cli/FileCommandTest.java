package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabases
class FileCommandTest {
  @TempDir private Path directory;
  private final TestDatabases dbs;
  private final ByUrls commands;

  FileCommandTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    assertThat(commands.run("init").code()).isZero();
    dbs.executeOnBoth("create table flights (id int primary key, \"Code\" text, delay int)");
    dbs.execute(dbs.source(), "insert into flights values (1, 'a', 1)");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private Ran load(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("backfill", "--table", "flights", "--set-aside", directory + "/bad.csv"));
    args.addAll(Arrays.asList(more));
    return commands.run(args.toArray(String[]::new));
  }

  @Test
  void saysWhatBecameOfTheRecordsAndWhatComesNext() throws Exception {
    Path file = file("a.csv", "ID,code,delay\n1,x,1\n2,b,2\n3,c,three\n");

    Ran ran = load("--file", file.toString());

    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .contains(
            "table           records  copied  inserted  present  pending  absent  set aside",
            "public.flights        3       1         0        0        0       1          1",
            "1 record: column delay: not a value of the type (22P02)",
            "1 record set aside in " + directory + "/bad.csv",
            "1 record absent from the source, and held back",
            "--file " + file + " --set-aside " + directory + "/bad.csv --absent insert")
        .doesNotContain("three");
    assertThat(ran.code()).isEqualTo(ExitCodes.DIFFERENCES);
  }

  @Test
  void whatIsSetAsideIsTheNextFile() throws Exception {
    Path file = file("a.csv", "id,Code,delay\n2,b,2\n3,c,three\n");

    Ran ran = load("--file", file.toString(), "--absent", "insert");

    assertThat(ran.out().stripTrailing())
        .endsWith(
            "Next: "
                + commands.next("backfill")
                + " --table public.flights --file "
                + directory
                + "/bad.csv --set-aside "
                + directory
                + "/bad-2.csv --absent insert");
    assertThat(ran.code()).isEqualTo(ExitCodes.DIFFERENCES);
  }

  @Test
  void severalFilesAndPatternsAreLoadedInTheirOrder() throws Exception {
    file("b1.csv", "id,Code,delay\n2,b,2\n");
    file("b2.csv", "delay,id,Code\n3,3,c\n");
    Path first = file("a.tsv", "id\tCode\tdelay\n2\tfirst\t0\n");

    Ran ran =
        load(
            "--absent",
            "insert",
            "--file",
            first.toString(),
            directory + "/b*.csv",
            "--format",
            "json");

    JsonNode root = new ObjectMapper().readTree(ran.out());
    assertThat(root.path("inserted").asInt()).as(ran.out()).isEqualTo(2);
    assertThat(root.path("files").size()).isEqualTo(3);
    assertThat(
            dbs.queryValue(
                dbs.target(),
                "select string_agg(id || \"Code\" || delay, ' ' order by id) from flights"))
        .isEqualTo("2first0 3c3");
    assertThat(root.path("setAside").asInt())
        .as("the second record of key 2 is another row")
        .isEqualTo(1);
    assertThat(ran.code()).isEqualTo(ExitCodes.DIFFERENCES);
  }

  @Test
  void columnsThatDoNotFitAreNamedWithTheNearOnes() throws Exception {
    Path file = file("a.csv", "id,cod,note\n1,x,y\n");

    Ran ran = load("--file", file.toString());

    assertThat(ran.err())
        .contains(
            file + " does not fit public.flights: the file has no column Code. Did you mean cod?",
            "the file has no column delay.",
            "the table has no column cod that could be written. Did you mean Code?",
            "--ignore-column note leaves it out");
    assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);

    Ran ignoring =
        load("--file", file.toString(), "--ignore-column", "nite", "--ignore-column", "delay");

    assertThat(ignoring.code()).isEqualTo(ExitCodes.USAGE);
    Path two = file("b.csv", "id,code,note\n2,x,y\n");
    Ran mended =
        load(
            "--file",
            two.toString(),
            "--ignore-column",
            "note",
            "--ignore-column",
            "delay",
            "--absent",
            "insert");
    assertThat(mended.code()).as(mended.err()).isZero();
  }

  @Test
  void filesWithoutAHeaderAndOfOtherForms() throws Exception {
    Files.write(
        directory.resolve("a.txt"),
        "7;'a;b''c';NULL\n8;'NULL';\u00fc\n"
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

    Ran ran =
        load(
            "--file",
            directory + "/a.txt",
            "--file-format",
            "csv",
            "--no-header",
            "--columns",
            "id,Code,delay",
            "--delimiter",
            ";",
            "--quote",
            "'",
            "--null",
            "NULL",
            "--encoding",
            "latin-1",
            "--absent",
            "insert");

    assertThat(ran.out()).contains("column delay: not a value of the type");
    assertThat(dbs.queryValue(dbs.target(), "select \"Code\" from flights where id = 7"))
        .isEqualTo("a;b'c");
    assertThat(Files.readString(directory.resolve("bad.csv")))
        .contains("\"8\",\"NULL\",\"\u00fc\"");
  }

  @Test
  void theDryRunReadsTheFilesAndChangesNothing() throws Exception {
    Path file = file("a.csv", "ID,code,delay,note\n1,x,1,\n2,b,2,\n3,c\n");

    Ran ran = load("--file", file.toString(), "--dry-run", "--ignore-column", "note");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("ID → id, code → Code, delay; not loaded: note", "would be held back")
        .containsPattern("a\\.csv +csv +\\d+ +2");
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs")).isEqualTo("0");
  }

  @Test
  void thePageHoldsTheReasons() throws Exception {
    Path file = file("a.csv", "id,code,delay\n<b>,x,1\n");
    Path page = directory.resolve("page.html");

    Ran ran = load("--file", file.toString(), "--report", page.toString());

    assertThat(ran.code()).isEqualTo(ExitCodes.DIFFERENCES);
    assertThat(page)
        .content()
        .contains("column id: not a value of the type (22P02)", file.toString())
        .doesNotContain("<b>");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    Path file = file("a.csv", "id,code,delay\n1,x,1\n");
    String path = file.toString();

    assertThat(commands.run("backfill", "--file", path).err()).contains("exactly one --table");
    assertThat(load("--absent", "skip").err()).contains("--absent goes with --file");
    assertThat(load("--file", path, "--until", "end").err())
        .contains("--until has no meaning with --file");
    assertThat(load("--file", path, "--absent", "maybe").err())
        .contains("--absent must be insert or skip, was maybe");
    assertThat(load("--file", directory + "/none.csv").err())
        .contains("none.csv: there is no such file");
    assertThat(load("--file", directory + "/none*.csv").err()).contains("no file matches");
    assertThat(load("--file", directory.toString()).err()).contains("is a directory");
    assertThat(load("--file", path, path).err()).contains("is given twice");
    assertThat(load("--file", "ftp://host/a.csv").err()).contains("ftp:// is not read");
    dbs.executeOnBoth("create table keyless (a int)");
    Ran keyless = commands.run("backfill", "--table", "keyless", "--file", path);
    assertThat(keyless.err()).contains("keyless");
    assertThat(keyless.code()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void theHelpFitsTheScreen() {
    Ran ran = Ran.with(java.util.Map.of(), "backfill", "-h");

    assertThat(ran.out()).contains("History from files:", "--absent=WHAT");
    assertThat(ran.out().lines()).allMatch(l -> l.length() <= 80);
  }
}
