package io.dualwrite.chaos.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** All that the applications do, some of it more often. */
final class Operations {
  private final List<Operation> all = new ArrayList<>();

  Operations() {
    add(3, Customers::insert);
    add(3, Customers::update);
    add(2, Customers::delete);
    add(1, Customers::swapEmails);
    add(4, Purchases::place);
    add(3, Purchases::change);
    add(2, Purchases::cancel);
    add(1, Purchases::undoPart);
    add(1, Purchases::discard);
    add(6, Accounts::touch);
    add(3, Accounts::transfer);
    add(1, Accounts::touchSeveral);
    add(4, Tallies::count);
    add(2, Tallies::remove);
    add(3, Assets::insert);
    add(3, Assets::changeKey);
    add(1, Assets::swapKeys);
    add(1, Assets::moveSeveral);
    add(2, Assets::deleteSeveral);
    add(2, Places::insert);
    add(2, Places::swap);
    add(1, Places::delete);
    add(2, Events::batch);
    add(1, Events::load);
    add(1, Events::select);
    add(2, Events::updateBatch);
    add(1, Events::deleteOld);
    add(4, Settings::put);
    add(1, Settings::remove);
  }

  Operation any(Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private void add(int share, Operation operation) {
    for (int i = 0; i < share; i++) {
      all.add(operation);
    }
  }
}
