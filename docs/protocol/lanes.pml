/* Several lanes: two rows, each in a lane of its own by a pure function of its key (here: its number), and a value that may be in one row only.
   Writers:   1 moves the unique value from row 0 to row 1 in one transaction; 2 changes one row; 3 is strict, in two phases or one, and changes both
              rows under both lanes' shared locks.
   Deliverer: delivers one lane at a time. Where the secondary refuses the unique value, because the other lane's row has it still, the entry stays
              and is tried again.
   Repair:    takes both lanes' locks and copies both rows.
   Whoever needs several lanes takes their locks in ascending order.
   Mutations that must fail:
     -DANYORDER    repair takes its locks the other way round: deadlock
     -DDISAGREE    one instance has another function of the key, and delivers row 0 under lane 1's lock
     -DONELOCK     the strict writer takes the lock of the first lane only
     -DNORETRY     an entry whose row is refused is deleted
   -DSMALL: one deliverer, as the build checks it; with -DDISAGREE two. */
#define U 9                     /* the unique value */
byte P[2], S[2];
byte plock[2], srow[2];
byte lx[2], ls[2];
bool entry[8];                  /* by writer and row */
byte writersDone = 0;
bool repaired = false, quiet = false;

#define AT(w, r) ((w) * 2 + (r))
#define LOCKX(l)  atomic { lx[l] == 0 && ls[l] == 0 -> lx[l] = 1 }
#define LOCKS(l)  atomic { lx[l] == 0 -> ls[l]++ }

proctype Mover() {
  atomic { plock[0] == 0 -> plock[0] = 1 };
  atomic { plock[1] == 0 -> plock[1] = 1 };
  if :: atomic { P[0] = 2; P[1] = U; entry[AT(1, 0)] = true; entry[AT(1, 1)] = true; plock[0] = 0; plock[1] = 0 }
     :: atomic { plock[0] = 0; plock[1] = 0 }
  fi;
  writersDone++
}

proctype Writer() { byte r;
  if :: r = 0 :: r = 1 fi;
  atomic { plock[r] == 0 -> plock[r] = 2 };
  if :: atomic { if :: P[r] == U -> skip :: else -> P[r] = 3 fi; entry[AT(2, r)] = true; plock[r] = 0 }
     :: atomic { plock[r] = 0 }
  fi;
  atomic { r = 0; writersDone++ }
}

proctype Strict() { bool unshared1 = false; byte v0, v1;   /* writes both rows as they are in its own transaction */
  atomic { plock[0] == 0 -> plock[0] = 3 };
  atomic { plock[1] == 0 -> plock[1] = 3 };
  atomic { v0 = P[0]; v1 = P[1]; if :: v0 != U -> v0 = 4 :: else -> skip fi; if :: v1 != U -> v1 = 5 :: else -> skip fi };
  LOCKS(0);
#ifndef ONELOCK
  LOCKS(1);
#endif
  if
  :: atomic { srow[0] == 0 -> srow[0] = 3 };
     atomic { srow[1] == 0 -> srow[1] = 3 };
     if
     :: atomic { (v0 != U || S[1] != U || v1 != U) && (v1 != U || S[0] != U || v0 != U) ->         /* not refused: prepared, or one phase */
          P[0] = v0; P[1] = v1; entry[AT(3, 0)] = true; entry[AT(3, 1)] = true; plock[0] = 0; plock[1] = 0 };
        if :: atomic { true; S[0] = v0; S[1] = v1; srow[0] = 0; srow[1] = 0; ls[0]--;
#ifndef ONELOCK
                ls[1]--
#endif
              };
              if :: atomic { entry[AT(3, 0)] = false; entry[AT(3, 1)] = false } :: skip fi
           :: atomic { true; srow[0] = 0; srow[1] = 0; ls[0]--;                                    /* rolled back: delivery brings it */
#ifndef ONELOCK
                ls[1]--
#endif
              }
        fi
     :: atomic { true; srow[0] = 0; srow[1] = 0; ls[0]--; plock[0] = 0; plock[1] = 0;
#ifndef ONELOCK
          ls[1]--
#endif
        }
     fi
  fi;
  writersDone++
}

inline deliver(me, row, lane) {
  LOCKX(lane);
  atomic { v = P[row]; seen1 = entry[AT(1, row)]; seen2 = entry[AT(2, row)]; seen3 = entry[AT(3, row)] };
  atomic { srow[row] == 0 -> srow[row] = me };
  if
  :: atomic { v == U && S[1 - row] == U -> srow[row] = 0; lx[lane] = 0;                            /* refused */
#ifndef NORETRY
       seen1 = false; seen2 = false; seen3 = false
#endif
     }
  :: atomic { !(v == U && S[1 - row] == U) -> S[row] = v; srow[row] = 0; lx[lane] = 0 }
  fi;
  atomic { if :: seen1 -> entry[AT(1, row)] = false :: else -> skip fi; if :: seen2 -> entry[AT(2, row)] = false :: else -> skip fi;
           if :: seen3 -> entry[AT(3, row)] = false :: else -> skip fi; v = 0; seen1 = false; seen2 = false; seen3 = false }
}

#define WAITING(r) (entry[AT(1, r)] || entry[AT(2, r)] || entry[AT(3, r)])

proctype Deliverer(byte me; byte laneOf0) { bool seen1, seen2, seen3; byte v;
  do
  :: quiet -> break
  :: WAITING(0) -> deliver(me, 0, laneOf0)
  :: WAITING(1) -> deliver(me, 1, 1)
  od
}

proctype Repair() { byte v0, v1;
#ifdef ANYORDER
  LOCKX(1); LOCKX(0);
#else
  LOCKX(0); LOCKX(1);
#endif
  atomic { v0 = P[0]; v1 = P[1] };
  atomic { srow[0] == 0 -> srow[0] = 13 };
  atomic { srow[1] == 0 -> srow[1] = 13 };
  atomic { S[0] = v0; S[1] = v1; srow[0] = 0; srow[1] = 0; lx[0] = 0; lx[1] = 0; v0 = 0; v1 = 0; repaired = true }
}

init {
  atomic {
    P[0] = U; P[1] = 1; S[0] = U; S[1] = 1;
    run Mover(); run Writer(); run Strict(); run Repair(); run Deliverer(11, 0);
#ifdef DISAGREE
    run Deliverer(12, 1)
#else
#ifndef SMALL
    run Deliverer(12, 0)
#endif
#endif
  };
  atomic { writersDone == 3 && repaired && !WAITING(0) && !WAITING(1) && lx[0] == 0 && lx[1] == 0 && ls[0] == 0 && ls[1] == 0 -> quiet = true };
  assert(P[0] == S[0] && P[1] == S[1])
}
