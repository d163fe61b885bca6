package io.dualwrite.chaos.workload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** All that the applications do, some of it more often. */
final class Operations {
  private final List<Operation> all = new ArrayList<>();
  private final Map<String, Operation> byName = new LinkedHashMap<>();

  Operations() {
    add(3, "Customers::insert", Customers::insert);
    add(3, "Customers::update", Customers::update);
    add(2, "Customers::delete", Customers::delete);
    add(1, "Customers::swapEmails", Customers::swapEmails);
    add(4, "Purchases::place", Purchases::place);
    add(3, "Purchases::change", Purchases::change);
    add(2, "Purchases::cancel", Purchases::cancel);
    add(1, "Purchases::undoPart", Purchases::undoPart);
    add(1, "Purchases::discard", Purchases::discard);
    add(6, "Accounts::touch", Accounts::touch);
    add(3, "Accounts::transfer", Accounts::transfer);
    add(1, "Accounts::touchSeveral", Accounts::touchSeveral);
    add(4, "Tallies::count", Tallies::count);
    add(2, "Tallies::remove", Tallies::remove);
    add(3, "Assets::insert", Assets::insert);
    add(3, "Assets::changeKey", Assets::changeKey);
    add(1, "Assets::swapKeys", Assets::swapKeys);
    add(1, "Assets::moveSeveral", Assets::moveSeveral);
    add(2, "Assets::deleteSeveral", Assets::deleteSeveral);
    add(2, "Places::insert", Places::insert);
    add(2, "Places::swap", Places::swap);
    add(1, "Places::delete", Places::delete);
    add(2, "Events::batch", Events::batch);
    add(1, "Events::load", Events::load);
    add(1, "Events::select", Events::select);
    add(2, "Events::updateBatch", Events::updateBatch);
    add(1, "Events::deleteOld", Events::deleteOld);
    add(4, "Settings::put", Settings::put);
    add(1, "Settings::remove", Settings::remove);
    add(2, "Samples::batch", Samples::batch);
    add(1, "Samples::load", Samples::load);
    add(1, "Samples::generate", Samples::generate);
    add(1, "Samples::slowly", Samples::slowly);
    add(2, "Samples::ranges", Samples::ranges);
    add(1, "Samples::large", Samples::large);
    add(2, "Scratches::script", Scratches::script);
    add(2, "Scratches::replace", Scratches::replace);
    add(1, "Scratches::merge", Scratches::merge);
    add(1, "Scratches::throughResult", Scratches::throughResult);
    add(1, "Scratches::truncate", Scratches::truncate);
  }

  Operation any(Random random) {
    return all.get(random.nextInt(all.size()));
  }

  Map<String, Operation> byName() {
    return Collections.unmodifiableMap(byName);
  }

  private void add(int share, String name, Operation operation) {
    byName.put(name, operation);
    for (int i = 0; i < share; i++) {
      all.add(operation);
    }
  }
}
