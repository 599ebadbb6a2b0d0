import time, sys
from msgspec.structs import astuple
from projections import storage, schema
from projections.folding import Batch, Fold
from projections.rows import Rows
from datetime import datetime, UTC
def test_copy(world, database_url):
    rec=world.recorder; world.recorder=None
    for i in range(60): world.now=datetime(2023,3,1,9,tzinfo=UTC); world.wander(25,seed=i)
    b=Batch(world.events,[],len(world.events))
    with storage.connect(database_url) as c:
        for name,t,types in (('timeline','entries',['uuid','int8','int8','timestamptz','timestamptz','text','text','text','text','text','text','text']),('indicators','tasks',['uuid','int8','text','int8','text','text','int8','timestamptz','timestamptz','timestamptz','text','bool'])):
            (mod,)=world.models(name); f=Fold(mod, Rows(mod.tables, complete=True)); f.apply(b); rows=f.rows.grown(t)
            if t=='tasks': c.execute('alter table indicators.tasks alter episode type bigint, alter round type bigint')
            for fmt in ('text','binary','text','binary'):
                c.execute(f'truncate {name}.{t}')
                with c.cursor() as cur:
                    x=time.process_time(); y=time.time()
                    with cur.copy(f"copy {name}.{t} from stdin (format {fmt})") as cp:
                        if fmt=='binary': cp.set_types(types)
                        for r in rows: cp.write_row(astuple(r))
                    print(name, fmt, 'cpu us/row', (time.process_time()-x)/len(rows)*1e6, 'wall', (time.time()-y)/len(rows)*1e6)
