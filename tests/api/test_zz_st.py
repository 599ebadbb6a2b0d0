import subprocess, sys
from tests.api.conftest import *
def test_st(people):
    case=people.case()
    with people.projecting():
        r=subprocess.run(["/tmp/plan/v/bin/st","run",f"{people.http.base_url}/openapi.json","-H",f"Authorization: {people.headers(REFERENT)['Authorization']}","-n","25","--checks","all","--phases","examples,coverage,fuzzing,stateful","--continue-on-failure","--max-time","150","--no-color"],capture_output=True,text=True)
    open("/tmp/api_helper/st.log","w").write(r.stdout+r.stderr)
