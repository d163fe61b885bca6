/* The kill switch and its gap, for one row; two instances, each with a mode of its own that follows the switch in its own time.
   Instance:  when the switch is engaged, records the gap in the primary, then changes its mode; when it is released, changes its mode back, and
              records the gap's end once none of its writers is in a transaction that is not mirrored.
   Writer:    reads the mode when its transaction begins. Mirrored: the change and its entry in one transaction. Not mirrored: it raises its flag,
              looks at the mode once more, and then changes the row without an entry; the flag goes down after the commit.
   Deliverer: as in delivery.pml; begins nothing while its instance is not mirroring, but what it has begun may still come to pass.
   Repair:    reads which gaps have ended, then, under the lane's exclusive lock, reads P and writes S; then notes just those gaps as closed.
   G2, asserted where it happens: whatever changes P without an entry lies in a recorded gap that has not ended.
   Mutations that must fail:
     -DFLAGFIRST   the mode changes before the gap is recorded
     -DENDEARLY    the gap's end does not wait for the transactions that are not mirrored
     -DONELOOK     the writer raises its flag and does not look again
     -DCLOSEALL    repair notes all gaps as closed that have ended by the time it is done
   -DSMALL: one instance, as the build checks it; the deliverer is the other one's. -DTWICE: the switch is engaged twice. */
#ifdef SMALL
#define NI 1
#else
#define NI 2
#endif
byte P = 1, S = 1;
byte plock = 0, lx = 0;
bool entry[4];
bool engaged = false;
bool mirrors[2] = true;         /* mode by instance */
byte recorded[2], over[2];      /* gaps recorded, gaps whose end is recorded, by instance */
byte closed[2];                 /* gaps closed by repair */
byte unmirrored[2];             /* writers in a transaction that is not mirrored */
byte writersDone = 0;
bool switchDone = false, quiet = false;

#define LOCKX   atomic { lx == 0 -> lx = 1 }

proctype Switch() {
  engaged = true; engaged = false;
#ifdef TWICE
  engaged = true; engaged = false;
#endif
  switchDone = true
}

proctype Instance(byte i) {
loop:
  if
  :: quiet -> goto fin
  :: engaged && mirrors[i] ->
#ifdef FLAGFIRST
       mirrors[i] = false;
#endif
       atomic { if :: recorded[i] == over[i] -> recorded[i]++ :: else -> skip fi };      /* one gap goes on while it has not ended */
       mirrors[i] = false
  :: !engaged && !mirrors[i] -> mirrors[i] = true
  :: mirrors[i] && recorded[i] > over[i] ->
#ifdef ENDEARLY
       over[i]++
#else
       if :: unmirrored[i] == 0 -> atomic { if :: mirrors[i] -> over[i]++ :: else -> skip fi } :: else -> skip fi
#endif
  fi;
  goto loop;
fin: skip
}

proctype Writer(byte me; byte i; byte v) { bool mirrored;
  mirrored = mirrors[i];
  if :: !mirrored ->
          unmirrored[i]++;
#ifndef ONELOOK
          if :: mirrors[i] -> mirrored = true; unmirrored[i]-- :: else -> skip fi
#endif
     :: else -> skip
  fi;
  atomic { plock == 0 -> plock = me };
  if
  :: atomic { mirrored -> P = v; entry[me] = true; plock = 0 }
  :: atomic { !mirrored -> assert(recorded[i] > over[i]); P = v; plock = 0 }
  :: atomic { plock = 0 }
  fi;
  if :: !mirrored -> unmirrored[i]-- :: else -> skip fi;
  atomic { mirrored = false; writersDone++ }
}

proctype Deliverer(byte i) { bool seen[4]; byte v;
loop:
  if :: quiet -> goto fin :: mirrors[i] && (entry[1] || entry[2] || entry[3]) -> skip fi;
  LOCKX;
  atomic { v = P; seen[1] = entry[1]; seen[2] = entry[2]; seen[3] = entry[3] };
  if :: atomic { S = v; lx = 0 } :: lx = 0; goto again fi;
  atomic { if :: seen[1] -> entry[1] = false :: else -> skip fi; if :: seen[2] -> entry[2] = false :: else -> skip fi;
           if :: seen[3] -> entry[3] = false :: else -> skip fi };
again:
  atomic { v = 0; seen[1] = false; seen[2] = false; seen[3] = false };
  goto loop;
fin: skip
}

proctype Repair() { byte v, of0, of1;
loop:
  if :: quiet -> goto fin :: over[0] > closed[0] || over[1] > closed[1] -> skip fi;
  atomic { of0 = over[0]; of1 = over[1] };
  LOCKX;
  v = P;
  atomic { S = v; lx = 0 };
#ifdef CLOSEALL
  atomic { of0 = over[0]; of1 = over[1] };
#endif
  atomic { closed[0] = of0; closed[1] = of1; of0 = 0; of1 = 0; v = 0 };
  goto loop;
fin: skip
}

init {
  atomic {
    run Switch(); run Instance(0); run Writer(1, 0, 2); run Writer(2, 0, 3); run Repair(); run Deliverer(0);
#ifdef SMALL
    writersDone = 1;
#else
    run Instance(1); run Writer(3, 1, 4)
#endif
  };
  atomic { (writersDone == 3 && switchDone && mirrors[0] && mirrors[1] && lx == 0 && !entry[1] && !entry[2] && !entry[3] &&
            recorded[0] == closed[0] && recorded[1] == closed[1]) -> quiet = true };
  assert(P == S)
}
