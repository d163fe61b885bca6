package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.report.page.ComparisonPage;
import io.dualwrite.reconciler.report.page.PageFile;
import io.dualwrite.reconciler.report.page.PageSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Both sides are compared; then rows of the new server are damaged on purpose, found, and repaired.
 */
final class DamageRepaired implements Step {

  @Override
  public String title() {
    return "compared";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    stage.traffic(stage.pace().steady());
    CompareOptions options = CompareOptions.of(stage.config().reconciler());
    Comparison before = Reconciler.compare(stage.config(), options);
    claims.that(before.inSync(), "not in sync before the damage: %s", describe(before));

    Damage damage = Damage.doTo(stage.target());
    claims.that(
        !damage.seenOn(stage.source()).equals(damage.seenOn(stage.target())),
        "the damage cannot be seen");
    Comparison damaged = Reconciler.compare(stage.config(), options);
    Map<Long, Difference.Kind> found = found(damaged);
    new PageFile(stage.report())
        .write(
            ComparisonPage.of(
                damaged, new PageSettings(stage.config(), "dualwrite demo"), Optional.empty()));
    claims.that(
        found.equals(damage.kinds()), "damaged were %s, found were %s", damage.kinds(), found);

    Repair repair = Reconciler.repair(stage.config(), RepairOptions.of(options).deleteExtra(true));
    claims.that(
        repair.after().inSync(), "not in sync after the repair: %s", describe(repair.after()));
    claims.same(
        "the damaged flights", damage.seenOn(stage.source()), damage.seenOn(stage.target()));
    return List.of(
        format(
            "%d windows equal · %d rows damaged on purpose: %d found, %d repaired, in sync again",
            before.tables().stream().mapToInt(t -> t.windows().size()).sum(),
            damage.rows(),
            found.size(),
            repair.copied() + repair.deleted()));
  }

  /** By flight how it differs; -1 stands for a row of another table. */
  private static Map<Long, Difference.Kind> found(Comparison comparison) {
    Map<Long, Difference.Kind> found = new TreeMap<>();
    comparison
        .tables()
        .forEach(
            t ->
                t.differences()
                    .forEach(
                        d ->
                            found.put(
                                t.table().equals("public.flights")
                                    ? Long.parseLong(d.key().getOrDefault("id", "-1"))
                                    : -1,
                                d.kind())));
    return found;
  }

  static String describe(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    comparison.tables().stream()
        .flatMap(t -> t.windows().stream().map(w -> Map.entry(t.table(), w)))
        .filter(
            w -> w.getValue().status() != io.dualwrite.reconciler.compare.WindowResult.Status.EQUAL)
        .limit(3)
        .forEach(w -> text.append(w.getKey()).append(' ').append(w.getValue()).append("; "));
    return text.toString();
  }
}
