/* One table in two slices: two rows, each in a slice of its own by a pure function of its key (here: its number).
   Locks:     one of the table, one of each slice. A slice is delivered under the table's lock shared and its own exclusively; whatever treats the
              table as a whole takes the table's exclusively, and no slice's; a strict writer takes the table's and all slices' shared.
   Writers:   1 and 2 each change one row, 4 changes both and names them by one entry; 3 is strict: it changes one row, writes the secondary before
              it commits on the primary, and then commits there or (a crash) does not.
   Deliverers: two instances. The first delivers slices or the whole table, as it likes, at any time; the second knows of slices or not. Each may end
              anywhere: before its commit nothing has happened, behind it the entries are still there.
   Repair:    copies both rows under the table's lock.
   Mutations that must fail:
     -DNOSHARED    a slice is delivered without the table's lock
     -DNOSLICE     a slice is delivered without its own lock
     -DONETABLE    the strict writer takes the table's lock shared, and no slice's
     -DONESLICE    the strict writer takes the lock of the other slice
     -DDISAGREE    the second instance has another function of the key
     -DREADFIRST   a slice's rows are read before its locks are granted
     -DCUTWIDE     a slice's delivery deletes the entry that names both rows
     -DCLEARALL    a slice's delivery deletes what the slice's entries are by then
   -DUNSPLIT: the second instance always delivers the whole table.
   -DSMALL: without writer 2 and repair, as the build checks it. */
byte P[2], S[2];
byte plock[2];
bool tx; byte ts;               /* the table's lock: exclusive, shared */
bool lx[2]; byte ls[2];         /* the slices' */
bool entry[8];                  /* by writer and row; 1, 2, 3 */
bool wide;
byte writersDone = 0;
bool quiet = false;
#ifdef SMALL
bool repaired = true;
#else
bool repaired = false;
#endif

#define AT(w, r) (((w) - 1) * 2 + (r))
#define TABLEX   atomic { !tx && ts == 0 -> tx = true }
#define TABLES   atomic { !tx -> ts++ }
#define SLICEX(l) atomic { !lx[l] && ls[l] == 0 -> lx[l] = true }
#define SLICES(l) atomic { !lx[l] -> ls[l]++ }
#define NAMED(r) (entry[AT(1, r)] || entry[AT(2, r)] || entry[AT(3, r)])
#define WAITING  (NAMED(0) || NAMED(1) || wide)

#ifdef SMALL
#define WRITERS 3
#else
#define WRITERS 4
#endif

proctype Writer(byte me) { byte r;
  if :: r = 0 :: r = 1 fi;
  atomic { plock[r] == 0 -> plock[r] = me };
  if :: atomic { P[r] = me; entry[AT(me, r)] = true; plock[r] = 0 }
     :: atomic { plock[r] = 0 }
  fi;
  atomic { r = 0; writersDone++ }
}

proctype Wide() {
  atomic { plock[0] == 0 -> plock[0] = 4 };
  atomic { plock[1] == 0 -> plock[1] = 4 };
  if :: atomic { P[0] = 4; P[1] = 4; wide = true; plock[0] = 0; plock[1] = 0 }
     :: atomic { plock[0] = 0; plock[1] = 0 }
  fi;
  writersDone++
}

#ifdef ONETABLE
#define STRICTLOCKS(r) skip
#define STRICTFREE(r)  skip
#else
#ifdef ONESLICE
#define STRICTLOCKS(r) SLICES(1 - r)
#define STRICTFREE(r)  ls[1 - r]--
#else
#define STRICTLOCKS(r) SLICES(0); SLICES(1)
#define STRICTFREE(r)  ls[0]--; ls[1]--
#endif
#endif

proctype Strict() { byte r;
  if :: r = 0 :: r = 1 fi;
  atomic { plock[r] == 0 -> plock[r] = 3 };
  TABLES; STRICTLOCKS(r);
  if
  :: atomic { P[r] = 3; entry[AT(3, r)] = true; plock[r] = 0 };                  /* written or prepared there, committed here */
     if
     :: atomic { true; S[r] = 3; ts--; STRICTFREE(r) };
        if :: entry[AT(3, r)] = false :: skip fi
     :: atomic { true; ts--; STRICTFREE(r) }                                      /* rolled back: delivery brings it */
     fi
  :: atomic { true; ts--; STRICTFREE(r); plock[r] = 0 }
  fi;
  atomic { r = 0; writersDone++ }
}

#ifdef NOSHARED
#define SHARE    skip
#define UNSHARE  skip
#else
#define SHARE    TABLES
#define UNSHARE  ts--
#endif
#ifdef NOSLICE
#define TAKE(l)  skip
#define GIVE(l)  skip
#else
#define TAKE(l)  SLICEX(l)
#define GIVE(l)  lx[l] = false
#endif
#define LOOK     atomic { v0 = P[row]; e1 = entry[AT(1, row)]; e2 = entry[AT(2, row)]; e3 = entry[AT(3, row)]; ew = wide }

inline slice() {
#ifdef READFIRST
  LOOK;
#endif
  SHARE; TAKE(lane);
#ifndef READFIRST
  LOOK;
#endif
  if
  :: atomic { true; S[row] = v0; UNSHARE; GIVE(lane) };
#ifdef CLEARALL
     atomic { entry[AT(1, row)] = false; entry[AT(2, row)] = false; entry[AT(3, row)] = false }
#else
     if
     :: atomic { true; if :: e1 -> entry[AT(1, row)] = false :: else -> skip fi; if :: e2 -> entry[AT(2, row)] = false :: else -> skip fi;
#ifdef CUTWIDE
          if :: ew -> wide = false :: else -> skip fi;
#endif
          if :: e3 -> entry[AT(3, row)] = false :: else -> skip fi }
     :: skip
     fi
#endif
  :: atomic { true; UNSHARE; GIVE(lane) }
  fi;
  atomic { v0 = 0; e1 = false; e2 = false; e3 = false; ew = false; row = 0; lane = 0 }
}

inline whole() {
  TABLEX;
  atomic { v0 = P[0]; v1 = P[1]; e1 = entry[AT(1, 0)]; e2 = entry[AT(2, 0)]; e3 = entry[AT(3, 0)];
           f1 = entry[AT(1, 1)]; f2 = entry[AT(2, 1)]; f3 = entry[AT(3, 1)]; ew = wide };
  if
  :: atomic { true; S[0] = v0; S[1] = v1; tx = false };
     if
     :: atomic { true; if :: e1 -> entry[AT(1, 0)] = false :: else -> skip fi; if :: e2 -> entry[AT(2, 0)] = false :: else -> skip fi;
          if :: e3 -> entry[AT(3, 0)] = false :: else -> skip fi; if :: f1 -> entry[AT(1, 1)] = false :: else -> skip fi;
          if :: f2 -> entry[AT(2, 1)] = false :: else -> skip fi; if :: f3 -> entry[AT(3, 1)] = false :: else -> skip fi;
          if :: ew -> wide = false :: else -> skip fi }
     :: skip
     fi
  :: atomic { true; tx = false }
  fi;
  atomic { v0 = 0; v1 = 0; e1 = false; e2 = false; e3 = false; f1 = false; f2 = false; f3 = false; ew = false }
}

proctype Deliverer(bool splits; bool other) { bool e1, e2, e3, f1, f2, f3, ew; byte v0, v1, row, lane;
  do
  :: quiet -> break
  :: splits && NAMED(0) -> atomic { row = 0; lane = other }; slice()
  :: splits && NAMED(1) -> atomic { row = 1; lane = 1 - other }; slice()
  :: WAITING -> whole()
  od
}

proctype Repair() { byte v0, v1;
  TABLEX;
  atomic { v0 = P[0]; v1 = P[1] };
  atomic { S[0] = v0; S[1] = v1; v0 = 0; v1 = 0; tx = false; repaired = true }
}

init {
  atomic {
    run Writer(1); run Wide(); run Strict(); run Deliverer(true, false);
#ifndef SMALL
    run Writer(2); run Repair();
#endif
#ifdef UNSPLIT
    run Deliverer(false, false)
#else
#ifdef DISAGREE
    run Deliverer(true, true)
#else
    run Deliverer(true, false)
#endif
#endif
  };
  atomic { writersDone == WRITERS && repaired && !WAITING && !tx && ts == 0 && !lx[0] && !lx[1] && ls[0] == 0 && ls[1] == 0 -> quiet = true };
  assert(P[0] == S[0] && P[1] == S[1])
}
