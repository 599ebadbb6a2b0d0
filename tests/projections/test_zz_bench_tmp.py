import time, cProfile, pstats
from projections import storage
from projections.projector import Projector
from projections.rebuild import rebuild_models
from projections.verify import compare
from projections.parked import parked
from collections import Counter

from datetime import datetime,UTC
START = datetime(2023, 3, 1, 9, 0, tzinfo=UTC)
def test_bench(world, database_url):
    from unittest.mock import patch
    rec=world.recorder; world.recorder=None
    t=time.time(); [(setattr(world,'now',START), world.wander(25,seed=i)) for i in range(3)]; print('\nevents', len(world.events), time.time()-t)
    print(Counter(type(e.body).__name__ for e in world.events).most_common(30))
    world.recorder=rec
    st=[world.mapper.to_stored_event(e) for e in world.events]
    for i in range(0,len(st),5000): rec.insert_events(st[i:i+5000])
    n=len(st)
    t=time.time(); list(world.mapper.read_all(rec.stream())); dt=time.time()-t; print('read+decode', n/dt)
    for k in range(2):
        t=time.time(); c=time.process_time(); rebuild_models(database_url, rec, world.models()); dt=time.time()-t; print('rebuild', n/dt, 'cpu', n/(time.process_time()-c))


    for m in world.models():
        t=time.time(); rebuild_models(database_url, rec, [m]); dt=time.time()-t; print(m.name, n/dt)
    t=time.time(); v=compare(database_url, rec, world.models()); dt=time.time()-t; print('verify', n/dt, len(v.differences), v.differences[:5])
    with storage.connect(database_url) as c: 
        print(parked(c)[:5])
        from projections.indicators import queries as q, published as p
        from projections.inbox.queries import inbox
        from projections.cases.queries import cases
        import datetime
        t=time.time(); print(q.funnel(c)[:3], time.time()-t)
        t=time.time(); print(q.waits(c, world.now)[:3], time.time()-t)
        t=time.time(); print(q.step_waits(c, world.now)[:3], time.time()-t)
        for f in (q.placements,q.exceptions,q.happenings,q.escalations,q.exits,q.changes,q.money,q.follow_ups,p.published_funnel,p.published_exits,p.published_placements): print(f.__name__, f(c)[:3])
        t=time.time(); pg=inbox(c, now=world.now, holds=[('municipal_referent','comune:015142')]); print(pg.tasks[0], pg.cursor, time.time()-t)
        print(inbox(c, now=world.now, person='x', cursor=pg.cursor).cursor)
        t=time.time(); pg=cases(c); print(pg.cases[0], len(pg.cases), time.time()-t); print(len(cases(c,cursor=pg.cursor).cases))
        from projections.timeline.queries import timeline
        for e in timeline(c, world.events[1].originator_id): print(e.it,'|',e.en)
